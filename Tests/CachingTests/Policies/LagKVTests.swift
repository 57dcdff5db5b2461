import Foundation
import Testing

@testable import Caching

@Suite struct LagKVTests {
  /// Candidates whose slots are in no order of age, with gaps between their positions.
  private static func candidates(_ count: Int, width: Int = 16, seed: UInt64 = 2) -> [Candidate] {
    var random = SplitMix64(state: seed)
    return (0..<count).map {
      Candidate(position: $0 * 37 % count * 3 + 4, key: random.vector(width), value: random.vector(width))
    }
  }

  @Test(
    "worth is the softmax of deviations scaled by the next partition", arguments: [20, 29, 60, 64],
    [1, 5, 16])
  func agreesWithTheDefinition(count: Int, width: Int) throws {
    // 37 and the counts have no common divisor: positions differ.
    let candidates = Self.candidates(count, width: width)
    let worths = try policy("lagkv", ["lag": 10]).worths(SlotStatistics(candidates))
    #expect(agree(worths, Self.definition(candidates, lag: 10)))
  }

  @Test("the last partition and the rest after it stay")
  func newestStay() throws {
    let candidates = Self.candidates(59)
    let worths = try policy("lagkv", ["lag": 10]).worths(SlotStatistics(candidates))
    for (candidate, worth) in zip(candidates, worths) {
      #expect((worth == .infinity) == (candidate.position >= 4 + 40 * 3))
    }
  }

  @Test("with fewer than two partitions the oldest goes", arguments: [1, 9, 19])
  func fewSlotsGoByAge(count: Int) throws {
    let candidates = Self.candidates(count)
    let gone = try policy("lagkv", ["lag": 10]).victims(count / 2, of: candidates)
    #expect(gone == Array(candidates.map(\.position).sorted().prefix(count / 2)))
  }

  @Test("channels that do not vary, and slots all equal, leave it to age")
  func edges() throws {
    let lagkv = try policy("lagkv", ["lag": 4])
    let equal = (0..<12).map { Candidate(position: $0, key: [1, 1, 1], value: [0, 0, 0]) }
    #expect(
      lagkv.worths(SlotStatistics(equal)) == Array(repeating: 0.25, count: 8)
        + Array(repeating: .infinity, count: 4))
    let steadyChannel = (0..<12).map {
      Candidate(position: $0, key: [$0 < 4 ? 60000 : 5, Float($0), 1], value: [0, Float($0 % 3), 60000])
    }
    #expect(lagkv.worths(SlotStatistics(steadyChannel)).allSatisfy { $0 >= 0 })
  }

  @Test("what stands out from the following partition stays, though bursts of attention went elsewhere")
  func differsFromH2O() throws {
    var candidates = (0..<30).map { index in
      Candidate(
        position: index, sum: index == 2 || index == 5 ? 0 : 2,
        key: (0..<8).map { Float(($0 + index) % 4) }, value: (0..<8).map { Float(($0 * 3 + index) % 5) })
    }
    for index in [2, 5] { candidates[index].key[3] = 20 }
    #expect(try policy("h2o").victims(2, of: candidates) == [2, 5])
    #expect(
      try policy("lagkv", ["lag": 10]).victims(18, of: candidates)
        == (0..<20).filter { ![2, 5].contains($0) })
  }

  private static func definition(_ candidates: [Candidate], lag: Int) -> [Double] {
    let byAge = candidates.indices.sorted { candidates[$0].position < candidates[$1].position }
    let partitions = stride(from: 0, through: byAge.count - lag, by: lag).map { Array(byAge[$0..<$0 + lag]) }
    var worths = [Double](repeating: .infinity, count: candidates.count)
    for (these, next) in zip(partitions, partitions.dropFirst()) {
      let keys = softmax(these.map { deviation(candidates[$0].key, next.map { candidates[$0].key }) })
      let values = softmax(these.map { deviation(candidates[$0].value, next.map { candidates[$0].value }) })
      for (place, slot) in these.enumerated() { worths[slot] = (keys[place] + values[place]) / 2 }
    }
    return worths
  }

  private static func deviation(_ row: [Float], _ reference: [[Float]]) -> Double {
    let scaled = row.indices.map { channel in
      let others = reference.map { Double($0[channel]) }
      let least = others.min() ?? 0
      let range = (others.max() ?? 0) - least
      return range == 0 ? 0 : (Double(row[channel]) - least) / range
    }
    let mean = scaled.reduce(0, +) / Double(scaled.count)
    let squares = scaled.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    return (squares / Double(max(1, scaled.count - 1))).squareRoot()
  }

  private static func softmax(_ numbers: [Double]) -> [Double] {
    let weights = numbers.map { exp($0) }
    return weights.map { $0 / weights.reduce(0, +) }
  }
}
