import Caching
import Testing

@Suite struct CacheRefusalTests {
  @Test("an unknown policy is refused with the known names")
  func unknownPolicy() {
    let error = Small.refusal(CacheRequest(policy: "lru", budget: .slots(9)), prompt: 5, new: 5)
    #expect(
      error?.description
        == "unknown eviction policy 'lru'; known: full, random, streaming, h2o, tova, roco, snapkv, snapkv-d,"
        + " keydiff, expected, lagkv, rkv, lazy")
  }

  @Test(
    "spans that do not ascend, lie in each other or outside the prompt are refused",
    arguments: [[5..<9, 0..<3], [0..<5, 4..<9], [-3..<2], [Int.min..<0, 0..<9], [0..<10, 10..<31]])
  func spans(_ spans: [Range<Int>]) {
    var request = CacheRequest(policy: "roco", budget: .slots(12))
    (request.modifiers.fair, request.spans) = (true, [0..<10, 10..<30])
    #expect(Small.refusal(request, prompt: 30, new: 5) == nil)
    request.spans = spans
    #expect(Small.refusal(request, prompt: 30, new: 5)?.option == "spans")
    (request.modifiers.fair, request.spans, request.pins) = (false, [], [Int.min..<Int.min])
    #expect(Small.refusal(request, prompt: 30, new: 5)?.option == "pins")
  }

  @Test("pins that overlap, in any order and number, are as many as the positions that they name")
  func overlappingPins() throws {
    var request = CacheRequest(policy: "roco", budget: .slots(40))
    request.stride = 8
    request.pins = Array(repeating: 3..<9, count: 100_000) + [0..<2, 8..<12, 9..<9]
    #expect(try Small.plan(request, prompt: 60, new: 5).pinnedSlots == 11)
  }

  @Test("protected slots and a chunk that do not fit are refused with the arithmetic and a budget that does")
  func arithmetic() throws {
    let request = CacheRequest(policy: "roco", budget: .slots(64), stride: 64)
    let error = try #require(Small.refusal(request, prompt: 500, new: 5))
    #expect(error == .protectedDoNotFit(budget: 64, sinks: 4, recent: 10, pinned: 0, chunk: 64, enough: 78))
    #expect(error.description.contains("4 sinks + 10 recent + a chunk of 64 = 78; a budget of 78 would do"))
    #expect(
      Small.refusal(CacheRequest(policy: "roco", budget: .slots(78), stride: 64), prompt: 500, new: 5) == nil)
    #expect(
      Small.refusal(CacheRequest(policy: "roco", budget: .slots(77), stride: 64), prompt: 500, new: 5) != nil)
  }

  @Test("the budget that would do is the smallest, also where windows grow with it")
  func smallestBudget() throws {
    let request = CacheRequest(policy: "h2o", budget: .slots(20), stride: 50, recent: .ratio(0.5))
    guard case .protectedDoNotFit(_, _, _, _, _, let enough?) = Small.refusal(request, prompt: 500, new: 5)
    else {
      Issue.record("not refused for its size")
      return
    }
    var larger = request
    larger.budget = .slots(enough)
    #expect(Small.refusal(larger, prompt: 500, new: 5) == nil)
    larger.budget = .slots(enough - 1)
    #expect(Small.refusal(larger, prompt: 500, new: 5) != nil)
  }

  @Test("in soft mode the budget that would do has room for one slot, not for a chunk")
  func smallestSoftBudget() throws {
    var request = CacheRequest(policy: "roco", budget: .slots(20), stride: 32, recent: .slots(20))
    request.mode = .soft
    let error = Small.refusal(request, prompt: 500, new: 0)
    #expect(error == .protectedDoNotFit(budget: 20, sinks: 4, recent: 20, pinned: 0, chunk: 1, enough: 25))
    request.budget = .slots(25)
    #expect(Small.refusal(request, prompt: 500, new: 0) == nil)
  }

  @Test("a prompt longer than the hard limit of full is refused with the excess")
  func promptTooLong() {
    let error = Small.refusal(CacheRequest(budget: .slots(16)), prompt: 20, new: 5)
    #expect(error == .promptExceedsBudget(promptTokens: 20, budget: 16))
    #expect(error?.description.contains("4 more than the budget of 16 slots") == true)
  }

  @Test("too few bytes are refused with the smallest number that would do")
  func tooFewBytes() throws {
    let request = CacheRequest(policy: "tova", budget: .bytes(100))
    guard case .bytesTooFew(100, let smallest) = Small.refusal(request, prompt: 50, new: 5) else {
      Issue.record("not refused for its bytes")
      return
    }
    for (bytes, fits) in [(smallest, true), (smallest - 1, false)] {
      let refusal = Small.refusal(CacheRequest(policy: "tova", budget: .bytes(bytes)), prompt: 50, new: 5)
      #expect((refusal == nil) == fits)
    }
  }

  @Test(
    "values without sense are refused, and the text names them",
    arguments: [
      (CacheRequest(policy: "roco"), "needs a budget"),
      (CacheRequest(policy: "roco", budget: .slots(0)), "invalid cache budget"),
      (CacheRequest(policy: "roco", budget: .ratio(.nan)), "invalid cache budget"),
      (CacheRequest(policy: "roco", budget: .slots(20), stride: 0), "stride is 0"),
      (CacheRequest(policy: "roco", budget: .slots(20), sinks: -1), "sinks is -1"),
      (CacheRequest(policy: "roco", budget: .slots(20), recent: .ratio(1)), "recent is"),
      (CacheRequest(policy: "roco", budget: .slots(20), recent: .ratio(.nan)), "recent is"),
      (
        CacheRequest(policy: "tova", budget: .slots(20), parameters: ["alpha": 1]),
        "has no parameter 'alpha'; it has none"
      ),
      (
        CacheRequest(policy: "roco", budget: .slots(20), parameters: ["margin": 1]),
        "known: prefill_margin, decode_margin"
      ),
      (
        CacheRequest(policy: "roco", budget: .slots(20), parameters: ["decode_margin": 1]),
        "expected 0.0 to 0.9"
      ),
      (
        CacheRequest(policy: "roco", budget: .slots(20), parameters: ["decode_margin": .nan]),
        "expected 0.0 to 0.9"
      ),
      (CacheRequest(policy: "roco", budget: .slots(20), sinks: 2, faithful: true), "together with faithful"),
      (CacheRequest(policy: "random", budget: .slots(20), faithful: true), "no faithful form"),
    ])
  func senselessValues(request: CacheRequest, text: String) throws {
    let error = try #require(Small.refusal(request, prompt: 50, new: 5))
    #expect(error.description.contains(text))
  }

  @Test("no prompt, or a negative number of new tokens, is refused")
  func lengths() {
    #expect(Small.refusal(CacheRequest(), prompt: 0, new: 5) != nil)
    #expect(Small.refusal(CacheRequest(), prompt: 5, new: -1) != nil)
  }

  @Test("a shape that no model has is refused")
  func shapes() {
    for (layers, kvHeads, queryHeads, width) in [
      (0, 1, 1, 1), (1, 2, 3, 1), (1, 1, 1, 1 << 21), (-1, 1, 1, 1),
    ] {
      #expect(throws: CacheError.self) {
        try CacheShape(layers: layers, kvHeads: kvHeads, queryHeads: queryHeads, headDimension: width)
      }
    }
  }
}
