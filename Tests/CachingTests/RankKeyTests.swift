import Testing

@testable import Caching

@Suite struct RankKeyTests {
  @Test("keys order by number, then by position")
  func order() {
    let numbers: [Float] = [-.infinity, -2, -1e-30, 0, 1e-30, 0.5, 1, .infinity]
    for (low, high) in zip(numbers, numbers.dropFirst()) {
      #expect(RankKey(low, position: 9) < RankKey(high, position: 3))
    }
    #expect(RankKey(0.5, position: 3) < RankKey(0.5, position: 4))
    #expect(!(RankKey(-0.0, position: 3) < RankKey(0, position: 3)))
  }

  @Test("selection finds what sorting finds", arguments: 0..<40)
  func selection(seed: Int) {
    var random = SplitMix64(state: UInt64(seed))
    let count = Int.random(in: 1...200, using: &random)
    var keys = (0..<count).map { position in
      RankKey(
        Float(Int.random(in: 0...(seed % 3 == 0 ? 2 : 1000), using: &random)), position: Int32(position))
    }
    if seed % 5 == 0 { keys.sort() }
    if seed % 7 == 0 { keys.sort(by: >) }
    let rank = Int.random(in: 0..<count, using: &random)
    let expected = keys.sorted()[rank]
    var span = keys.mutableSpan
    #expect(span.nthSmallest(rank) == expected)
  }
}
