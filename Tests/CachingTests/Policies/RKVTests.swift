import Foundation
import Testing

@testable import Caching

@Suite struct RKVTests {
  /// Keys in clusters around few directions, so that many are alike; slots in no order of age.
  private static func candidates(_ count: Int, width: Int, seed: UInt64 = 4) -> [Candidate] {
    var random = SplitMix64(state: seed)
    let centers = (0..<7).map { _ in random.vector(width) }
    return (0..<count).map { index in
      let noise = random.vector(width)
      let center = centers[Int(random.next() % 7)]
      return Candidate(
        position: index * 37 % count * 2, windowMean: abs(random.number()) / 8,
        key: zip(center, noise).map { $0 + 0.6 * $1 })
    }
  }

  @Test("worth orders and spaces slots as the definition", arguments: [1, 2, 5, 60, 200], [1, 8, 20, 64])
  func agreesWithTheDefinition(count: Int, width: Int) throws {
    let candidates = Self.candidates(count, width: width)
    let worths = try policy("rkv").worths(SlotStatistics(candidates))
    let expected = Self.definition(candidates, lambda: 0.1, threshold: 0.5)
    let shift = expected.map(\.redundancy).max() ?? 0
    #expect(agree(worths, expected.map { $0.score + 0.9 * shift }, within: 1e-4))
    #expect(worths.allSatisfy { $0 >= 0 })
  }

  @Test("lambda and threshold are parameters")
  func parameters() throws {
    let candidates = Self.candidates(50, width: 8)
    let worths = try policy("rkv", ["lambda": 0.7, "threshold": 0.9]).worths(SlotStatistics(candidates))
    let expected = Self.definition(candidates, lambda: 0.7, threshold: 0.9)
    let shift = expected.map(\.redundancy).max() ?? 0
    #expect(agree(worths, expected.map { $0.score + 0.3 * shift }, within: 1e-4))
    #expect(try policy("rkv", ["interval": 9]).interval == 9)
  }

  @Test("of several copies the newest stays")
  func newestCopyStays() throws {
    let axes = (0..<12).map { axis in (0..<16).map { $0 == axis ? Float(1) : 0 } }
    // Positions 3, 6 and 9 hold the same key.
    let candidates = (0..<12).map { Candidate(position: $0, key: axes[[3, 6, 9].contains($0) ? 3 : $0]) }
    #expect(try policy("rkv").victims(2, of: candidates) == [3, 6])
  }

  @Test("equal keys, zero keys and keys at right angles are no trouble")
  func edges() throws {
    let rkv = try policy("rkv")
    for key: [Float] in [[0, 0], [3, 4]] {
      let worths = rkv.worths(
        SlotStatistics((0..<9).map { Candidate(position: $0, windowMean: 0.5, key: key) }))
      #expect(worths.allSatisfy { $0 >= 0 && $0.isFinite })
    }
    let crossed = (0..<9).map { place in
      Candidate(position: place, windowMean: 0.5, key: (0..<9).map { $0 == place ? 1 : 0 })
    }
    #expect(Set(rkv.worths(SlotStatistics(crossed))).count == 1)
  }

  @Test("a burst of attention does not save what is redundant")
  func differsFromSnapKV() throws {
    let candidates = (0..<40).map { place in
      let isCopy = place % 4 == 0
      return Candidate(
        position: place, windowMean: isCopy ? 0.02 : 0.001,
        key: (0..<40).map { $0 == (isCopy ? 0 : place) ? 1 : 0 })
    }
    let gone = try policy("rkv", ["lambda": 0.02]).victims(9, of: candidates)
    #expect(gone == Array(stride(from: 0, to: 36, by: 4)))
    #expect(try policy("snapkv").victims(9, of: candidates).allSatisfy { $0 % 4 != 0 })
  }

  private static func definition(_ candidates: [Candidate], lambda: Double, threshold: Double)
    -> [(score: Double, redundancy: Double)]
  {
    let all = candidates.indices
    var matrix = all.map { row in all.map { row == $0 ? 0 : cosine(candidates[row].key, candidates[$0].key) }
    }
    for row in all {
      let alike = all.filter { matrix[row][$0] > threshold }
      if let newest = alike.max(by: { candidates[$0].position < candidates[$1].position }) {
        matrix[row][newest] = 0
      }
    }
    let weights = all.map { column in exp(all.map { matrix[$0][column] }.reduce(0, +) / Double(all.count)) }
    let byAge = all.sorted { candidates[$0].position < candidates[$1].position }
    return all.map { slot in
      let rank = byAge.firstIndex(of: slot) ?? 0
      let near = byAge[max(0, rank - 3)..<min(byAge.count, rank + 4)]
      let attention = near.map { Double(candidates[$0].windowMean) }.max() ?? 0
      let redundancy = weights[slot] / weights.reduce(0, +)
      return (lambda * attention - (1 - lambda) * redundancy, redundancy)
    }
  }

  private static func cosine(_ one: [Float], _ other: [Float]) -> Double {
    func dot(_ one: [Float], _ other: [Float]) -> Double {
      zip(one, other).map { Double($0) * Double($1) }.reduce(0, +)
    }
    let lengths = (dot(one, one) * dot(other, other)).squareRoot()
    return lengths == 0 ? 0 : dot(one, other) / lengths
  }
}
