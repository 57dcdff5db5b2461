import Testing

@testable import OpenAIAPI

@Suite("KV cache options")
struct CacheOptionsTests {
  private func body(_ text: String) throws(APIError) -> CacheOptions {
    guard let value = try? JSONParser.parse([UInt8](text.utf8)) else { throw .server("bad test") }
    return try CacheOptions(body: value)
  }

  private func param(_ read: () throws(APIError) -> CacheOptions) -> String? {
    do throws(APIError) {
      _ = try read()
      return nil
    } catch {
      return error.status == 400 ? error.param : nil
    }
  }

  @Test("the body's object and the header say the same")
  func bodyAndHeader() throws {
    let object = try body(
      """
      {"policy":"roco","budget":"64MiB","stride":32,"sinks":4,"recent":8,"recent_ratio":0.3,"scope":"total",
       "seed":1,"faithful":true,"mode":"hard","positions":"original","pins":[]}
      """)
    let header = try CacheOptions(
      header:
        "roco; budget=64MiB; stride=32; sinks = 4;recent=8; recent_ratio=0.3; scope=total; seed=1; faithful=true;"
    )
    #expect(object == header)
    #expect(header.budget == .bytes(64 << 20) && header.stride == 32 && header.faithful == true)
    #expect(try body(#""policy=h2o; budget=0.5""#) == CacheOptions(header: "h2o;budget=50%"))
    #expect(try CacheOptions(header: "  ") == CacheOptions())
  }

  @Test(
    "a budget is slots, a share or bytes",
    arguments: [
      ("512", RequestedBudget.slots(512)), ("512.0", .slots(512)), ("0.5", .ratio(0.5)),
      ("\"0.5\"", .ratio(0.5)),
      ("\"50%\"", .ratio(0.5)), ("\"12.5%\"", .ratio(0.125)), ("\"2GiB\"", .bytes(2 << 30)),
      ("\"5MB\"", .bytes(5_000_000)), ("\"7\"", .slots(7)),
    ])
  func budgets(json: String, expected: RequestedBudget) throws {
    #expect(try body("{\"budget\":\(json)}").budget == expected)
  }

  @Test(
    "anything else is no budget",
    arguments: [
      "0", "-1", "1.0", "1.5", "0.0", "\"\"", "\"0%\"", "\"100%\"", "\"-5%\"", "\"64 MiB\"", "\"64mib\"",
      "\"0MiB\"",
      "\"99999999999GiB\"", "\"1e3\"", "\"0x10\"", "\".\"", "\"+5\"", "\"٣\"", "true", "[1]",
      "\"" + String(repeating: "0", count: 32) + "5\"",
    ])
  func wrongBudgets(json: String) {
    #expect(param { () throws(APIError) in try body("{\"budget\":\(json)}") } == "kv_cache.budget")
  }

  @Test(
    "a mistake in kv_cache is never silent",
    arguments: [
      ("{\"polcy\":\"roco\"}", "kv_cache.polcy"), ("{\"policy\":\"Ro Co\"}", "kv_cache.policy"),
      ("{\"stride\":0}", "kv_cache.stride"), ("{\"sinks\":-1}", "kv_cache.sinks"),
      ("{\"recent_ratio\":1.5}", "kv_cache.recent_ratio"), ("{\"scope\":\"all\"}", "kv_cache.scope"),
      ("{\"faithful\":1}", "kv_cache.faithful"), ("{\"mode\":\"soft\"}", "kv_cache.mode"),
      ("{\"positions\":\"cache\"}", "kv_cache.positions"), ("{\"pins\":[1]}", "kv_cache.pins"),
      ("[]", "kv_cache"),
    ])
  func mistakes(json: String, path: String) {
    #expect(param { () throws(APIError) in try body(json) } == path)
  }

  @Test(
    "a header that is not name=value is refused",
    arguments: [
      ("roco; budget", "x-kvota-kv"), ("roco; =5", "x-kvota-kv"), ("roco; policy=h2o", "x-kvota-kv.policy"),
      ("budget=", "x-kvota-kv"), ("roco; size=big", "x-kvota-kv.size"),
      ("roco; budget=many", "x-kvota-kv.budget"),
      ("roco; stride=2; stride=3", "x-kvota-kv.stride"),
    ])
  func wrongHeaders(text: String, path: String) {
    #expect(param { () throws(APIError) in try CacheOptions(header: text) } == path)
  }

  @Test(
    "a model's alias names policy and budget",
    arguments: [
      ("m@roco-512", "m", "roco", RequestedBudget.slots(512)), ("m@roco-0.5", "m", "roco", .ratio(0.5)),
      ("m@roco-64MiB", "m", "roco", .bytes(64 << 20)), ("m@full", "m", "full", nil),
      ("m@snapkv-d", "m", "snapkv-d", nil), ("a@b@snapkv-d-9", "a@b", "snapkv-d", .slots(9)),
    ])
  func aliases(model: String, name: String, policy: String, budget: RequestedBudget?) throws {
    let reference = try ModelReference(model)
    #expect(reference.name == name && reference.cache?.policy == policy && reference.cache?.budget == budget)
  }

  @Test("a name without @ has no options, and a broken suffix is refused")
  func aliasEdges() throws {
    #expect(try ModelReference("m-512") == ModelReference("m-512"))
    #expect(try ModelReference("m-512").cache == nil)
    for model in ["m@", "m@Roco", "m@roco-0", "m@roco-5x", "m@-5"] {
      #expect(throws: APIError.self) { try ModelReference(model) }
    }
  }

  @Test("of two sources the stronger holds, field by field, and the recent window is one field")
  func precedence() throws {
    let weaker = try CacheOptions(header: "roco; budget=4; stride=4; recent=4")
    let stronger = try CacheOptions(header: "h2o; budget=2; sinks=3")
    #expect(
      stronger.merged(over: weaker)
        == (try CacheOptions(header: "h2o; budget=2; stride=4; sinks=3; recent=4")))
    #expect(
      try CacheOptions(header: "recent_ratio=0.5").merged(over: weaker)
        == CacheOptions(header: "roco; budget=4; stride=4; recent_ratio=0.5"))
    #expect(CacheOptions().merged(over: weaker) == weaker)
  }

  @Test("other numbers are taken as parameters of the policy that they come with")
  func policyParameters() throws {
    let weaker = try CacheOptions(header: "roco; margin=0.25; other=1")
    #expect(weaker.parameters == ["margin": 0.25, "other": 1])
    #expect(try body(#"{"margin": 0.5}"#).merged(over: weaker).parameters == ["margin": 0.5, "other": 1])
    #expect(try body(#"{"policy": "h2o"}"#).merged(over: weaker).parameters == [:])
  }
}
