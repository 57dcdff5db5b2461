import Testing

@testable import Caching

@Suite struct SnapKVTests {
  @Test("worth is the attention of the last queries", arguments: ["snapkv", "snapkv-d"])
  func worthIsWindowMean(name: String) throws {
    let candidates = (0..<50).map { Candidate(position: $0, sum: Float($0), windowMean: Float(50 - $0) / 64) }
    #expect(try policy(name).worths(SlotStatistics(candidates)) == candidates.map(\.windowMean))
  }

  @Test("a slot that was hot long ago goes, which its sum of attention would keep")
  func differsFromH2O() throws {
    let candidates = (0..<40).map { position in
      let isOldPeak = position % 4 == 0
      return Candidate(position: position, sum: isOldPeak ? 9 : 1, windowMean: isOldPeak ? 0 : 0.01)
    }
    let gone = try policy("snapkv").victims(10, of: candidates)
    #expect(gone == Array(stride(from: 0, to: 40, by: 4)))
    #expect(try Set(gone).isDisjoint(with: policy("h2o").victims(10, of: candidates)))
  }

  @Test("snapkv chooses in the prompt only, snapkv-d every 64 tokens too")
  func evictsWhen() throws {
    #expect(try !EvictionPolicies.description(named: "snapkv").evictsGenerated)
    #expect(try EvictionPolicies.description(named: "snapkv-d").evictsGenerated)
    #expect(try policy("snapkv-d").interval == 64)
    #expect(try policy("snapkv-d", ["interval": 16]).interval == 16)
  }

  @Test("the window sets how many queries are kept, and must be a whole number")
  func windowIsAParameter() throws {
    #expect(try policy("snapkv").needs == StatisticNeeds(windowRows: 32))
    #expect(try policy("snapkv", ["window": 8]).needs == StatisticNeeds(windowRows: 8))
    #expect(throws: CacheError.self) { try policy("snapkv", ["window": 8.5]) }
    #expect(throws: CacheError.self) { try policy("snapkv", ["window": 0]) }
  }
}
