@testable import Caching
import Testing

@Suite struct CachePlanTests {
  @Test(
    "peaks are those of the definitions",
    arguments: [
      (BudgetScope.total, 100, 50, 40 + 16), (.total, 30, 50, 41), (.total, 30, 5, 35), (.total, 45, 0, 45),
      (.generated, 100, 50, 141), (.generated, 100, 20, 120), (.prefill, 100, 50, 90), (.prefill, 100, 3, 56),
      (.prefill, 30, 5, 35),
    ])
  func peaks(scope: BudgetScope, prompt: Int, new: Int, peak: Int) throws {
    let request = CacheRequest(policy: "streaming", budget: .slots(40), scope: scope, stride: 16)
    #expect(try Small.plan(request, prompt: prompt, new: new).peakSlots == peak)
  }

  @Test("peak bytes follow the documented formula")
  func peakBytes() throws {
    let shape = try CacheShape(layers: 30, kvHeads: 3, queryHeads: 9, headDimension: 64)
    let plan = try CachePlan(
      CacheRequest(policy: "roco", budget: .slots(512), stride: 32), shape: shape, promptTokens: 2000,
      maxNewTokens: 100)
    let block = (64 + 4 * (16 * 34 * (2 + 2) + 34 + 32) + 63) / 64 * 64
    #expect(plan.peakSlots == 544)
    #expect(plan.peakBytes == 90 * (34 * 4096 + block))
  }

  @Test(
    "in q8 a slot has a byte for each number and a scale for its key and its value, and a head a page of the newest tokens"
  )
  func bytesOfTypes() throws {
    for dimension in [16, 64, 80, 128] {
      var shape = try CacheShape(layers: 30, kvHeads: 3, queryHeads: 9, headDimension: dimension)
      #expect(shape.tokenBytes == 90 * 4 * dimension)
      shape.type = .q8
      #expect(shape.tokenBytes == 90 * (2 * dimension + 4))
      #expect(shape.pageBytes == 16 * (2 * dimension + 4))
    }
    let request = CacheRequest(policy: "roco", budget: .slots(512), stride: 32)
    let (f16, q8) = try (
      Small.plan(request, prompt: 2000, new: 100), Small.plan(request, type: .q8, prompt: 2000, new: 100)
    )
    #expect(q8.bookkeepingBytes == f16.bookkeepingBytes + 4 * 64 * 16)
    #expect(f16.peakBytes - q8.peakBytes == 4 * (544 * (2 * 16 - 4) - 64 * 16))
  }

  @Test("in q8 no more tokens are guessed than the running block of sixteen has room for")
  func guessesOfBlock() throws {
    let run = try Simulation(Small.plan(CacheRequest(), type: .q8, prompt: 28, new: 60))
    run.writesBytes = true
    run.step(28, attention: { _ in 0 })
    #expect(run.cache.unevictedTokens(atMost: 9) == 4)
    run.step(4, attention: { _ in 0 })
    run.cache.takeBack(1)
    #expect(run.cache.unevictedTokens(atMost: 9) == 1)
    run.step(1, attention: { _ in 0 })
    #expect(run.cache.unevictedTokens(atMost: 9) == 9 && run.cache.unevictedTokens(atMost: 20) == 16)
    run.step(9, attention: { _ in 0 })
    run.cache.takeBack(8)
    #expect(run.cache.unevictedTokens(atMost: 20) == 15 && run.slotsWithForeignBytes == 0)
  }

  @Test("the prompt is covered by chunks that are whole strides after the dense part", arguments: 0..<50)
  func chunks(seed: Int) throws {
    var random = SplitMix64(state: UInt64(seed))
    let prompt = Int.random(in: 1...300, using: &random)
    let budget = Int.random(in: 16...200, using: &random)
    let plan = try Small.plan(CacheRequest(policy: "tova", budget: .slots(budget)), prompt: prompt, new: 10)
    var fed = 0
    while fed < prompt {
      let room = Int.random(in: 0...48, using: &random)
      let chunk = plan.nextChunk(fed: fed, atMost: room)
      #expect(chunk <= room)
      if fed < min(prompt, budget) {
        #expect(chunk == min(room, min(prompt, budget) - fed))
      } else {
        #expect(chunk == 0 || chunk == min(plan.stride, prompt - fed))
      }
      fed += chunk
    }
    #expect(fed == prompt)
    #expect(plan.nextChunk(fed: prompt, atMost: 100) == 0)
  }

  @Test("a budget in bytes becomes the most slots that fit", arguments: [20_000, 50_000, 123_457])
  func bytes(bytes: Int) throws {
    func plan(_ budget: CacheBudget) throws -> CachePlan {
      try Small.plan(CacheRequest(policy: "h2o", budget: budget), prompt: 1000, new: 100)
    }
    let fitting = try plan(.bytes(bytes))
    let slots = try #require(fitting.budgetSlots)
    #expect(fitting.peakBytes <= bytes)
    #expect(try plan(.slots(slots)).peakBytes == fitting.peakBytes)
    #expect(try plan(.slots(slots + 1)).peakBytes > bytes)
  }

  @Test("a ratio is of the prompt, in generated scope of what may be generated")
  func ratios() throws {
    func slots(_ scope: BudgetScope) throws -> Int? {
      try Small.plan(
        CacheRequest(policy: "streaming", budget: .ratio(0.29), scope: scope), prompt: 100, new: 200
      ).budgetSlots
    }
    // In floating point 0.29 * 100 is a little less than 29.
    #expect(try slots(.total) == 28)
    #expect(try slots(.prefill) == 28)
    #expect(try slots(.generated) == 57)
  }

  @Test("every budget from one slot on works with the defaults", arguments: Small.evictingPolicies)
  func defaultsScale(name: String) throws {
    for budget in 1...200 {
      let plan = try Small.plan(CacheRequest(policy: name, budget: .slots(budget)), prompt: 500, new: 50)
      #expect(plan.sinks + plan.recent(in: .prefill) + plan.stride <= budget)
      #expect(plan.sinks + plan.recent(in: .decode) < budget)
    }
    let request = CacheRequest(policy: name, budget: .slots(32), stride: 16)
    #expect(try Small.plan(request, prompt: 500, new: 50).stride == 16)
  }

  @Test("full takes every token, or as many as its budget")
  func full() throws {
    let free = try Small.plan(CacheRequest(), prompt: 10, new: 20)
    #expect(free.maxTotalTokens == 30 && free.peakSlots == 30 && free.budgetSlots == nil)
    let limited = try Small.plan(CacheRequest(budget: .slots(16)), prompt: 10, new: 20)
    #expect(limited.maxTotalTokens == 16 && limited.peakSlots == 16)
  }

  @Test("a policy's alias and its name give the same plan")
  func alias() throws {
    let plan = try Small.plan(CacheRequest(policy: "recency", budget: .slots(9)), prompt: 10, new: 2)
    #expect(plan.policyName == "streaming")
  }

  @Test("numbers at the edge of the integers are refused or clipped, never trapped")
  func hugeNumbers() throws {
    let most = Int(Int32.max)
    #expect(Small.refusal(CacheRequest(), prompt: .max, new: 1) != nil)
    #expect(Small.refusal(CacheRequest(), prompt: most, new: 1) != nil)
    func refuses(_ request: CacheRequest) -> Bool { Small.refusal(request, prompt: 9, new: 9) != nil }
    for value in [most, .max, .min] {
      let isPossible = value == most
      #expect(refuses(CacheRequest(policy: "roco", budget: .slots(.max), stride: value)) != isPossible)
      #expect(refuses(CacheRequest(policy: "roco", budget: .slots(.max), sinks: value)) != isPossible)
      #expect(refuses(CacheRequest(policy: "roco", budget: .slots(5), sinks: value, recent: .slots(value))))
      #expect(refuses(CacheRequest(policy: "roco", budget: .slots(5), stride: value, faithful: true)))
    }
    let half = Small.refusal(
      CacheRequest(policy: "roco", budget: .bytes(.max)), prompt: most / 2, new: most / 2)
    #expect(half == nil)
  }
}
