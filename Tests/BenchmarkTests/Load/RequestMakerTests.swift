import Foundation
import Testing

@testable import kvota

@Suite("requests of a load")
struct RequestMakerTests {
  private let trace = (0..<200).map { TraceEntry(promptTokens: 10 + $0 % 5, outputTokens: 8) }

  private func prompts(_ maker: RequestMaker, seed: UInt64) throws -> [[Int]] {
    try maker.requests(trace, seed: seed).map { request in
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(request.json.utf8)) as? [String: Any])
      #expect(object["max_tokens"] as? Int == 8 && object["ignore_eos"] as? Bool == true)
      return try #require(object["prompt"] as? [Int])
    }
  }

  @Test(
    "prompts are as long as the trace says, within the vocabulary, all different, and the same for a seed")
  func uniquePrompts() throws {
    let maker = RequestMaker(vocabularySize: 1000)
    let made = try prompts(maker, seed: 1)
    #expect(made.map(\.count) == trace.map(\.promptTokens))
    #expect(made.joined().allSatisfy { (0..<1000).contains($0) })
    #expect(Set(made.map { $0.prefix(5) }).count == made.count)
    #expect(try made == prompts(maker, seed: 1) && made != prompts(maker, seed: 2))
  }

  @Test("a shared prefix is shared by all prompts of all seeds, and no more than that")
  func sharedPrefix() throws {
    let maker = RequestMaker(vocabularySize: 1000, sharedPrefix: 6)
    let made = try prompts(maker, seed: 1) + prompts(maker, seed: 2)
    #expect(Set(made.map { $0.prefix(6) }).count == 1)
    #expect(Set(made.map { $0.prefix(8) }).count > 300)
  }

  @Test("the share of clients that go away is as asked for", arguments: [0, 0.25, 1])
  func cancellation(share: Double) throws {
    let maker = RequestMaker(vocabularySize: 1000, cancelledShare: share)
    let left = try maker.requests(trace, seed: 5).count { $0.departure != nil }
    #expect(abs(Double(left) / 200 - share) < 0.1)
  }

  @Test("a share is a percentage or a number up to 1")
  func shares() {
    #expect(ShareArgument(argument: "10%")?.value == 0.1)
    #expect(ShareArgument(argument: "0.5")?.value == 0.5)
    for wrong in ["", "110%", "-1", "2", "x"] { #expect(ShareArgument(argument: wrong) == nil) }
  }
}
