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

  @Test("a budget without a policy gets the recommended one, of which each field can be replaced")
  func recommended() throws {
    let cache = try cache(#"{"prompt": "", "kv_cache": {"budget": 64, "guard": 0}}"#)
    #expect(cache.policy == "roco" && cache.keepAttention && cache.modifiers.guardShare == 0)
    #expect(cache.modifiers.reduce == .max)
    let faithful = try self.cache(#"{"prompt": "", "kv_cache": {"budget": 64, "faithful": true}}"#)
    #expect(faithful == CacheRequest(policy: "roco", budget: .slots(64), faithful: true))
    #expect(
      try self.cache(#"{"prompt": "", "kv_cache": {"policy": "roco", "budget": 64}}"#).keepAttention == false)
  }

  @Test("all options of ranking, spreading and positions arrive")
  func laterFields() throws {
    var expected = CacheRequest(policy: "roco", budget: .slots(64))
    expected.mode = .soft
    expected.positions = .cache
    expected.keepAttention = true
    expected.allocator = "ada"
    expected.modifiers.value = true
    expected.modifiers.pool = 5
    expected.modifiers.decay = 0.9
    expected.modifiers.guardShare = 0.25
    expected.modifiers.reduce = .max
    expected.pins = [0..<4, 9..<12]
    let header = """
      roco; budget=64; mode=soft; positions=cache; keep_attention=true; allocator=ada; value=true; pool=5; decay=0.9; \
      guard=0.25; reduce=max; pins=tokens:0-4,tokens:9-12
      """
    #expect(try cache(#"{"prompt": ""}"#, header: header) == expected)
  }

  @Test(
    "a value of which there is no such is refused with those that there are",
    arguments: [
      ("scope", "total, generated, prefill"), ("mode", "hard, soft"), ("positions", "original, cache"),
      ("reduce", "mean, max"),
    ])
  func unknownChoices(field: String, known: String) {
    let error = #expect(throws: APIError.self) {
      try self.cache(#"{"prompt": "", "kv_cache": {"\#(field)": "none"}}"#)
    }
    #expect(error?.status == 400 && error?.param == "kv_cache.\(field)" && error?.code == "invalid_value")
    #expect(error?.message.contains(known) == true)
  }

  @Test("in a completion messages cannot be pinned; to be fair to them is left for the engine to refuse")
  func completionPins() throws {
    for pin in ["system", "message:0"] {
      let error = #expect(throws: APIError.self) {
        try self.cache(#"{"prompt": ""}"#, header: "roco; pins=\(pin)")
      }
      #expect(error?.param == "kv_cache.pins")
      #expect(error?.message.contains("a completion has none") == true)
    }
    let fair = try cache(#"{"prompt": ""}"#, header: "roco; fair=true")
    #expect(fair.modifiers.fair && fair.spans.isEmpty)
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
    #expect(error?.message.contains("budget, scope") == true)
  }

  @Test("two ways to say the recent window are one too many")
  func recentTwice() {
    let error = #expect(throws: APIError.self) {
      try cache(#"{"prompt": "", "kv_cache": {"recent": 3, "recent_ratio": 0.25}}"#)
    }
    #expect(error?.param == "kv_cache.recent_ratio")
  }
}
