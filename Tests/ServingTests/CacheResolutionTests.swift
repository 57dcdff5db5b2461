import Caching
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct CacheResolutionTests {
  private func cache(_ body: String, header: String? = nil, server: String? = nil) throws -> CacheRequest {
    let defaults = try server.map { try CacheOptions(header: $0) } ?? CacheOptions()
    return try generation(body, header: header, limits: limits { $0.cacheDefaults = defaults }).sequences[0]
      .cache
  }

  @Test("who says nothing keeps everything")
  func nothingSaid() throws { #expect(try cache(#"{"prompt": ""}"#) == CacheRequest()) }

  @Test("body beats header beats model name beats server, field by field")
  func order() throws {
    let cache = try cache(
      #"{"prompt": "", "model": "smol@tova-3", "kv_cache": {"budget": 1}}"#, header: "h2o; budget=2; sinks=5",
      server: "roco; budget=4; sinks=6; stride=7")
    #expect(cache == CacheRequest(policy: "h2o", budget: .slots(1), stride: 7, sinks: 5))
  }

  @Test("a request for a policy that keeps everything is not held to a weaker source's budget")
  func fullDropsBudget() throws {
    #expect(try cache(#"{"prompt": "", "model": "smol@full"}"#, server: "roco; budget=4").budget == nil)
    #expect(
      try cache(#"{"prompt": "", "kv_cache": {"policy": "full"}}"#, header: "roco; budget=4").budget == nil)
  }

  @Test("its own budget stays with it")
  func fullKeepsOwnBudget() throws {
    let cache = try cache(
      #"{"prompt": "", "kv_cache": {"policy": "full", "budget": 9}}"#, server: "roco; budget=4")
    #expect(cache.budget == .slots(9))
  }

  @Test("all fields arrive")
  func allFields() throws {
    let body = """
      {"prompt": "", "kv_cache": {"policy": "random", "budget": "50%", "scope": "generated", "stride": 3, "sinks": 2, \
      "recent_ratio": 0.25, "seed": -1, "faithful": true}}
      """
    #expect(
      try cache(body)
        == CacheRequest(
          policy: "random", budget: .ratio(0.5), scope: .generated, stride: 3, sinks: 2, recent: .ratio(0.25),
          seed: .max, faithful: true))
  }

  @Test(
    "a policy's own parameters arrive, and one that it does not have is refused with those that there are")
  func policyParameters() throws {
    let cache = try cache(
      #"{"prompt": "", "kv_cache": {"policy": "roco", "budget": 9, "decode_margin": 0.5}}"#)
    #expect(cache.parameters == ["decode_margin": 0.5])
    let error = #expect(throws: APIError.self) {
      try self.cache(#"{"prompt": "", "kv_cache": {"policy": "h2o", "bugdet": 9}}"#, header: "roco; budget=5")
    }
    #expect(error?.param == "kv_cache.bugdet" && error?.code == "unknown_parameter")
    #expect(error?.message.contains("budget, stride") == true)
  }

  @Test("two ways to say the recent window are one too many")
  func recentTwice() {
    let error = #expect(throws: APIError.self) {
      try cache(#"{"prompt": "", "kv_cache": {"recent": 3, "recent_ratio": 0.25}}"#)
    }
    #expect(error?.param == "kv_cache.recent_ratio")
  }
}
