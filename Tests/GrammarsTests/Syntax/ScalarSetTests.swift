import Testing

@testable import Grammars

@Suite("Sets of scalars")
struct ScalarSetTests {
  @Test(
    "the bytes of a set are the UTF-8 of its scalars, at every edge",
    arguments: [
      [0x20...0x7E], [0x80...0x7FF], [0x7F...0x80], [0x41...0x10FFFF], [0x800...0xD7FF], [0xD7FF...0xE000],
      [0x1F600...0x1F64F], [0xE9...0xE9, 0x410...0x44F], [0xFFFF...0x10000], [0x10ABCD...0x10FFFF],
    ] as [[ClosedRange<UInt32>]])
  func bytes(ranges: [ClosedRange<UInt32>]) throws {
    let set = ScalarSet(ranges)
    let tokens = try TokenGrammar(Grammar(set.utf8), trie: .allBytes)
    var edges: [UInt32] = [0, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF]
    for range in ranges { edges += [range.lowerBound, range.upperBound] }
    for edge in edges {
      for value: UInt32 in [edge &- 1, edge, edge + 1, edge ^ 0x40, edge ^ 0x1000] {
        guard let scalar = Unicode.Scalar(value) else { continue }
        let isAccepted = tokens.accepts(String(Character(scalar))) == true
        let isWanted = ranges.contains { $0.contains(value) }
        #expect(isAccepted == isWanted, "\(value)")
        #expect(set.contains(scalar) == isWanted, "\(value)")
      }
    }
  }

  @Test("what is inverted twice is the same; no set holds surrogates")
  func inverted() {
    let set = ScalarSet([0x41...0x5A, 0xD000...0xE100])
    #expect(set.inverted.inverted == set)
    #expect(set.ranges == [0x41...0x5A, 0xD000...0xD7FF, 0xE000...0xE100])
    #expect(set.intersection(ScalarSet([0x50...0xD001])).ranges == [0x50...0x5A, 0xD000...0xD001])
    #expect(ScalarSet.all.inverted.ranges.isEmpty)
  }
}
