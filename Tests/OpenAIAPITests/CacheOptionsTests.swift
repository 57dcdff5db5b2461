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

  @Test("a text of thousands of bytes is refused before it is read, and a model of flags has no cache")
  func longTexts() throws {
    #expect(throws: APIError.self) {
      try CacheOptions(header: "roco; budget=512" + String(repeating: "; ", count: 2100))
    }
    #expect(try ModelReference(String(repeating: "\u{1F1E6}", count: 100_000)).cache == nil)
    #expect(
      try ModelReference(String(repeating: "\u{1F1E6}", count: 99) + "@roco-64").cache?.policy == "roco")
    #expect(throws: APIError.self) { try ModelReference("m@\u{301}roco-64") }
  }

  @Test("the body's object and the header say the same")
  func bodyAndHeader() throws {
    let object = try body(
      """
      {"policy":"roco","budget":"64MiB","stride":32,"sinks":4,"recent":8,"recent_ratio":0.3,"scope":"total",
       "mode":"soft","positions":"cache","allocator":"ada","pins":["system",{"message":-1},{"tokens":[0,16]}],
       "keep_attention":true,"value":true,"pool":7,"decay":0.9,"guard":0.1,"fair":false,"reduce":"max",
       "seed":1,"faithful":true}
      """)
    let header = try CacheOptions(
      header: """
        roco; budget=64MiB; stride=32; sinks = 4;recent=8; recent_ratio=0.3; scope=total; mode=soft; positions=cache; \
        allocator=ada; pins=system, message:-1,tokens:0-16; keep_attention=true; value=true; pool=7; decay=0.9; \
        guard=0.1; fair=false; reduce=max; seed=1; faithful=true;
        """)
    #expect(object == header)
    #expect(header.pins == [.role(.system), .message(-1), .tokens(0..<16)])
    #expect(header.decay == 0.9 && header.guardShare == 0.1 && header.fair == false && header.reduce == "max")
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
      ("{\"recent_ratio\":1.5}", "kv_cache.recent_ratio"), ("{\"scope\":1}", "kv_cache.scope"),
      ("{\"faithful\":1}", "kv_cache.faithful"), ("{\"mode\":true}", "kv_cache.mode"),
      ("{\"positions\":[]}", "kv_cache.positions"), ("{\"allocator\":{}}", "kv_cache.allocator"),
      ("{\"keep_attention\":\"yes\"}", "kv_cache.keep_attention"), ("{\"value\":0.5}", "kv_cache.value"),
      ("{\"pool\":6}", "kv_cache.pool"), ("{\"pool\":65}", "kv_cache.pool"),
      ("{\"decay\":0.4}", "kv_cache.decay"),
      ("{\"guard\":0.6}", "kv_cache.guard"), ("{\"fair\":1}", "kv_cache.fair"),
      ("{\"reduce\":2}", "kv_cache.reduce"),
      ("[]", "kv_cache"),
    ])
  func mistakes(json: String, path: String) {
    #expect(param { () throws(APIError) in try body(json) } == path)
  }

  @Test(
    "a pin that is none of the four forms is refused by its index",
    arguments: [
      "1", "\"sistem\"", "\"\"", "\"message\"", "\"message:x\"", "\"message:-9223372036854775808\"",
      "\"tokens:5\"",
      "\"tokens:5-5\"", "\"tokens:-1-5\"", "\"tokens:0-99999999999\"", "\"role:\"", "\"a:b:c\"", "{}",
      "{\"role\":\"sistem\"}", "{\"message\":0.5}", "{\"message\":0,\"role\":\"user\"}", "{\"tokens\":[5,2]}",
      "{\"tokens\":[0]}", "{\"tokens\":[-1,5]}", "{\"text\":\"x\"}", "{\"role\":\"user\",\"name\":\"x\"}",
    ])
  func wrongPins(json: String) {
    let blamed = param { () throws(APIError) in try body("{\"pins\":[\"user\",\(json)]}") }
    #expect(blamed?.hasPrefix("kv_cache.pins[1]") == true)
  }

  @Test("pins are an array or a text, empty or not, and no more than can be checked at once")
  func pinLists() throws {
    #expect(try body(#"{"pins":[]}"#).pins == [])
    #expect(try body(#"{"pins":"role:tool"}"#).pins == [.role(.tool)])
    #expect(try CacheOptions(header: #"pins=[{"role":"user"}]"#).pins == [.role(.user)])
    #expect(param { () throws(APIError) in try body(#"{"pins":5}"#) } == "kv_cache.pins")
    let many = Array(repeating: "user", count: 65).joined(separator: ",")
    #expect(param { () throws(APIError) in try body("{\"pins\":\"\(many)\"}") } == "kv_cache.pins")
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

  @Test("behind a semicolon an alias takes what a header takes, but policy and budget only once")
  func aliasOptions() throws {
    let expected = try CacheOptions(header: "roco; budget=512; pins=system,message:0; decay=0.9")
    for model in [
      "m@roco-512;pins=system,message:0;decay=0.9", "m@roco;budget=512; decay=0.9;pins=system,message:0",
    ] {
      #expect(try ModelReference(model).cache == expected)
    }
    let long = "m@roco;pins=" + String(repeating: "user,", count: 60) + "user"
    for model in [
      "m@roco;h2o", "m@roco;policy=h2o", "m@roco-5;budget=6", "m@;pins=user", "m@roco;sinks", long,
    ] {
      #expect(throws: APIError.self) { try ModelReference(model) }
    }
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

  @Test("every field has one name, and comes from the weaker source where the stronger says nothing")
  func inheritance() throws {
    let weaker = try CacheOptions(
      header: """
        roco; budget=64; stride=32; sinks=4; recent=8; scope=total; mode=soft; positions=cache; allocator=ada; pins=user; \
        keep_attention=true; value=true; pool=7; decay=0.9; guard=0.1; fair=true; reduce=max; seed=1; faithful=true
        """)
    #expect(
      try CacheOptions(header: "sinks=2").merged(over: weaker).merged(over: CacheOptions()).pins == [
        .role(.user)
      ])
    var expected = weaker
    expected.fair = false
    expected.pins = []
    #expect(try body(#"{"fair": false, "pins": []}"#).merged(over: weaker) == expected)
    #expect(Set(CacheField.all.map(\.name)).count == CacheField.all.count)
  }

  @Test("as a default for completions, what names messages is left out")
  func withoutMessages() throws {
    let options = try CacheOptions(header: "roco; budget=9; fair=true; pins=system,tokens:0-4,message:1")
    #expect(try options.withoutMessages == CacheOptions(header: "roco; budget=9; pins=tokens:0-4"))
  }

  @Test("other numbers are taken as parameters of the policy that they come with")
  func policyParameters() throws {
    let weaker = try CacheOptions(header: "roco; margin=0.25; other=1")
    #expect(weaker.parameters == ["margin": 0.25, "other": 1])
    #expect(try body(#"{"margin": 0.5}"#).merged(over: weaker).parameters == ["margin": 0.5, "other": 1])
    #expect(try body(#"{"policy": "h2o"}"#).merged(over: weaker).parameters == [:])
  }
}
