import ArgumentParser
import Caching
import Evaluation
import Testing

@testable import kvota

@Suite("caches to compare")
struct ComparisonOptionsTests {
  private func cells(_ arguments: [String]) throws -> [Cell] {
    try ComparisonOptions.parse(arguments).cells()
  }

  @Test("there is a cell for every policy, budget and stride, in this order")
  func product() throws {
    let cells = try cells(["--policies", "roco,tova", "--budgets", "64,25%", "--strides", "8,16"])
    #expect(cells.map(\.policy) == ["roco", "roco", "roco", "roco", "tova", "tova", "tova", "tova"])
    #expect(cells.prefix(4).map(\.budget) == ["64", "64", "25%", "25%"])
    #expect(cells.prefix(2).map(\.request.stride) == [8, 16])
  }

  @Test("budgets are slots, shares and bytes")
  func budgets() throws {
    #expect(
      try cells(["--policies", "tova", "--budgets", "128,25%,0.5,64MiB"]).map(\.request.budget)
        == [.slots(128), .ratio(0.25), .ratio(0.5), .bytes(64 << 20)])
  }

  @Test("a policy's options are those of a request")
  func options() throws {
    let cell = try cells([
      "--policies", "roco:recent=32:sinks=2:decode_margin=0.2:scope=prefill:seed=7", "--budgets", "128",
    ])[0]
    #expect(
      cell.request
        == CacheRequest(
          policy: "roco", budget: .slots(128), scope: .prefill, sinks: 2, recent: .slots(32), seed: 7,
          parameters: ["decode_margin": 0.2]))
    #expect(cell.policy == "roco:recent=32:sinks=2:decode_margin=0.2:scope=prefill:seed=7")
    #expect(try cells(["--policies", "h2o:faithful=true"])[0].request.faithful)
    #expect(try cells(["--policies", "h2o:recent_ratio=0.2"])[0].request.recent == .ratio(0.2))
  }

  @Test("lists may be repeated, aliases become names, and full is no cell of its own")
  func lists() throws {
    let cells = try cells(["--policies", "recency,full", "--policies", "roco", "--budgets", "64"])
    #expect(cells.map(\.policy) == ["streaming", "roco"])
  }

  @Test("a policy that says its stride is not given another")
  func ownStride() throws {
    let cells = try cells(["--policies", "roco:stride=4,tova", "--budgets", "64", "--strides", "8,16"])
    #expect(cells.map(\.request.stride) == [4, 8, 16])
  }

  @Test(
    "what cannot be is refused with what is known",
    arguments: [
      ("rocko", "64", "known: full, random, streaming"),
      ("roco:nothing=1", "64", "'kv_cache.nothing' is unknown; known: policy"),
      ("tova:decode_margin=1", "64", "'kv_cache.decode_margin' is unknown"),
      ("roco:recent", "64", "not name=value"),
      ("recent=32", "64", "does not begin with a policy"), ("", "64", "does not begin with a policy"),
      ("roco", "", "with budget"), ("roco", "0", "slots (512)"), ("roco", "64MB x", "slots (512)"),
      ("roco:budget=3", "64", "appears twice"), ("roco:scope=all", "64", "total, generated, prefill"),
      ("roco:faithful=maybe", "64", "faithful"),
    ])
  func refusals(policy: String, budget: String, part: String) {
    let error = #expect(throws: ValidationError.self) {
      try cells(["--policies", policy, "--budgets", budget])
    }
    #expect(error?.message.contains(part) == true, "\(String(describing: error))")
  }
}
