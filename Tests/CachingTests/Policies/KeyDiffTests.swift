import Testing

@testable import Caching

@Suite struct KeyDiffTests {
  @Test("worth is one minus the cosine to the mean unit key", arguments: [1, 2, 30, 200], [1, 2, 8, 64, 80])
  func agreesWithTheDefinition(count: Int, width: Int) throws {
    var random = SplitMix64(state: UInt64(count * 100 + width))
    let candidates = (0..<count).map { Candidate(position: $0, key: random.vector(width)) }
    let kept = (0..<5).map { _ in random.vector(width) }
    var slots = SlotStatistics(candidates)
    slots.protectedKeys = kept.flatMap { $0 }
    let worths = try policy("keydiff").worths(slots)
    #expect(agree(worths, Self.definition(candidates.map(\.key), others: kept), of: 1))
    #expect(worths.allSatisfy { $0 >= 0 })
  }

  @Test("lengths of keys do not matter")
  func isFreeOfScale() throws {
    var random = SplitMix64(state: 3)
    var candidates = (0..<40).map { Candidate(position: $0, key: random.vector(16)) }
    let before = try policy("keydiff").victims(12, of: candidates)
    for index in candidates.indices {
      candidates[index].key = candidates[index].key.map { $0 * Float(1 << (index % 5)) }
    }
    #expect(try policy("keydiff").victims(12, of: candidates) == before)
  }

  @Test("equal keys are worth the same, zero keys and opposite ones are no trouble")
  func edges() throws {
    let keydiff = try policy("keydiff")
    let equal = keydiff.worths(SlotStatistics((0..<9).map { Candidate(position: $0, key: [3, 4]) }))
    #expect(Set(equal).count == 1 && equal.allSatisfy { $0 >= 0 && $0 < 1e-6 })
    #expect(
      keydiff.worths(SlotStatistics((0..<9).map { Candidate(position: $0, key: [0, 0]) }))
        == Array(repeating: 1, count: 9))
    let opposite = [Candidate(position: 0, key: [1, 0]), Candidate(position: 1, key: [-1, 0])]
    #expect(keydiff.worths(SlotStatistics(opposite)) == [1, 1])
  }

  @Test("the one that stands apart stays, whatever its attention")
  func differsFromH2O() throws {
    let candidates = (0..<30).map { position in
      let isApart = position % 5 == 2
      return Candidate(position: position, sum: isApart ? 0 : 1, key: isApart ? [-1, 0.5] : [1, 0.01])
    }
    let gone = try policy("keydiff").victims(6, of: candidates)
    #expect(gone.allSatisfy { $0 % 5 != 2 })
    #expect(try policy("h2o").victims(6, of: candidates) == [2, 7, 12, 17, 22, 27])
  }

  @Test("it evicts every 16 tokens, or as often as asked")
  func intervalIsAParameter() throws {
    #expect(try policy("keydiff").interval == 16)
    #expect(try policy("keydiff", ["interval": 1]).interval == 1)
  }

  private static func definition(_ keys: [[Float]], others: [[Float]]) -> [Double] {
    func unit(_ vector: [Double]) -> [Double] {
      let length = vector.map { $0 * $0 }.reduce(0, +).squareRoot()
      return length == 0 ? vector : vector.map { $0 / length }
    }
    let units = keys.map { unit($0.map(Double.init)) }
    let all = units + others.map { unit($0.map(Double.init)) }
    let mean = unit(
      keys[0].indices.map { channel in all.map { $0[channel] }.reduce(0, +) / Double(all.count) })
    return units.map { key in 1 - zip(key, mean).map { $0 * $1 }.reduce(0, +) }
  }
}
