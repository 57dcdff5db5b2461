import Testing

@testable import Caching

@Suite("Prefix cache")
struct PrefixCacheTests {
  private static func tokens(_ count: Int, seed: UInt64) -> [Int32] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in Int32.random(in: 0..<50, using: &random) }
  }

  private static func cache(megabytes: Int = 8) throws -> PrefixCache {
    PrefixCache(pool: try CachePool(limitBytes: megabytes << 20, shape: Small.shape))
  }

  @Test(
    "a longer prompt goes on from what a shorter one left exactly as if it had been fed itself",
    arguments: Small.evictingPolicies, BudgetAllocators.names)
  func sameAsFresh(policy: String, allocator: String) throws {
    for keepAttention in [false, true] {
      var request = CacheRequest(policy: policy, budget: .slots(40))
      (request.allocator, request.keepAttention) = (allocator, keepAttention)
      request.stride = 8
      let tokens = Self.tokens(260, seed: 1)
      let prefixes = try Self.cache()
      let first = try #require(try PrefixRun(Small.plan(request, prompt: 150, new: 0), tokens, in: prefixes))
      first.run()
      first.end()
      let plan = try Small.plan(request, prompt: 200, new: 60)
      let second = try #require(try PrefixRun(plan, tokens, in: prefixes))
      #expect(second.reused == 144)
      let fresh = try #require(try PrefixRun(plan, tokens, in: Self.cache()))
      #expect(fresh.reused == 0)
      for promptOnly in [true, false] {
        second.run(promptOnly: promptOnly)
        fresh.run(promptOnly: promptOnly)
        #expect(second.cache.state == fresh.cache.state)
      }
      #expect(second.cache.residentTotal == fresh.cache.residentTotal)
      #expect(prefixes.accountError(live: [second.cache]) == nil)
    }
  }

  @Test("a full cache reads whole blocks in place, copies the last in part, and writes to none of them")
  func sharing() throws {
    let prefixes = try Self.cache()
    let tokens = Self.tokens(120, seed: 2)
    let plan = try Small.plan(CacheRequest(), prompt: 100, new: 20)
    let first = try #require(try PrefixRun(plan, tokens, in: prefixes))
    first.run(promptOnly: true)
    #expect(prefixes.pool.keptBytes == 6 * prefixes.pool.blockBytes)
    #expect(prefixes.pool.reservedBytes == plan.peakBytes - 6 * prefixes.pool.blockBytes)
    var other = tokens
    for index in 75..<120 { other[index] = 60 }
    let second = try #require(try PrefixRun(plan, other, in: prefixes))
    #expect(second.reused == 75 && second.cache.shared.count == 4)
    #expect(prefixes.pool.reservedBytes == 2 * plan.peakBytes - 10 * prefixes.pool.blockBytes)
    second.run()
    first.run()
    #expect(first.simulation.slotsWithForeignBytes + second.simulation.slotsWithForeignBytes == 0)
    #expect(prefixes.accountError(live: [first.cache, second.cache]) == nil)
    first.end()
    second.end()
    #expect(prefixes.pool.pagesInUse == 0 && prefixes.pool.reservedBytes == 0 && prefixes.pool.lentBytes == 0)
    // Generated tokens are kept too: the next turn of a conversation begins with them.
    let next = try #require(
      try PrefixRun(Small.plan(CacheRequest(), prompt: 119, new: 1), other, in: prefixes))
    #expect(next.reused == 112 && next.simulation.slotsWithForeignBytes == 0)
  }

  @Test(
    "of a prompt that is there as a whole all but the last token is reused, for somebody has to give logits")
  func lastToken() throws {
    let prefixes = try Self.cache()
    let tokens = Self.tokens(64, seed: 3)
    for _ in 0..<2 {
      let run = try #require(
        try PrefixRun(Small.plan(CacheRequest(), prompt: 64, new: 0), tokens, in: prefixes))
      #expect(run.reused == (prefixes.tree.blocks.isEmpty ? 0 : 63))
      run.run()
      run.end()
    }
    #expect(prefixes.tree.blocks.count == 4)
  }

  @Test("an evicting cache whose dense part counts nothing copies it from full ones, and gives it to them")
  func densePart() throws {
    let prefixes = try Self.cache()
    let tokens = Self.tokens(200, seed: 4)
    let roco = CacheRequest(policy: "roco", budget: .slots(64))
    let first = try #require(try PrefixRun(Small.plan(roco, prompt: 150, new: 10), tokens, in: prefixes))
    first.run()
    first.end()
    let full = try #require(
      try PrefixRun(Small.plan(CacheRequest(), prompt: 100, new: 0), tokens, in: prefixes))
    #expect(full.reused == 64)
    full.run()
    full.end()
    let tova = CacheRequest(policy: "tova", budget: .slots(80))
    let last = try #require(try PrefixRun(Small.plan(tova, prompt: 200, new: 0), tokens, in: prefixes))
    #expect(last.reused == 80 && last.cache.shared.isEmpty)
    last.run(promptOnly: true)
    let fresh = try #require(try PrefixRun(Small.plan(tova, prompt: 200, new: 0), tokens, in: Self.cache()))
    fresh.run(promptOnly: true)
    #expect(last.cache.state == fresh.cache.state)
  }

  @Test("where prompts part is kept from the second on, so the third finds it")
  func parting() throws {
    let prefixes = try Self.cache()
    var request = CacheRequest(policy: "roco", budget: .slots(40), stride: 8)
    request.keepAttention = true
    var reused: [Int] = []
    for seed in 10..<13 {
      let tokens = Self.tokens(100, seed: 5) + Self.tokens(100, seed: UInt64(seed))
      let run = try #require(try PrefixRun(Small.plan(request, prompt: 200, new: 0), tokens, in: prefixes))
      reused.append(run.reused)
      run.run()
      run.end()
    }
    #expect(reused == [0, 0, 96])
  }

  @Test("another policy, parameter, budget or position of keys finds nothing")
  func keys() throws {
    let prefixes = try Self.cache()
    let tokens = Self.tokens(200, seed: 6)
    var request = CacheRequest(policy: "roco", budget: .slots(40))
    request.keepAttention = true
    let first = try #require(try PrefixRun(Small.plan(request, prompt: 150, new: 0), tokens, in: prefixes))
    first.run()
    first.end()
    let changes: [(inout CacheRequest) -> Void] = [
      { $0.policy = "h2o" }, { $0.parameters = ["prefill_margin": 0.2] }, { $0.budget = .slots(41) },
      { $0.positions = .cache }, { $0.mode = .soft }, { $0.stride = 9 }, { $0.sinks = 1 }, { $0.seed = 2 },
      { $0.keepAttention = false }, { $0.modifiers.decay = 0.9 }, { $0.pins = [0..<3] },
    ]
    for (index, change) in changes.enumerated() {
      var other = request
      change(&other)
      let plan = try Small.plan(other, prompt: 200, new: 0)
      #expect(prefixes.reusableTokens(plan, prompt: tokens) == 0, "change \(index)")
    }
    #expect(prefixes.reusableTokens(try Small.plan(request, prompt: 200, new: 9), prompt: tokens) > 100)
  }

  @Test("what was used least recently goes first, and only as much as is needed")
  func leastRecentlyUsed() throws {
    let plan = try Small.plan(CacheRequest(), prompt: 64, new: 0)
    let pool = try CachePool(limitBytes: 5 * plan.peakBytes / 2, shape: Small.shape)
    let prefixes = PrefixCache(pool: pool)
    func serve(_ seed: UInt64) throws -> Int {
      let run = try #require(try PrefixRun(plan, Self.tokens(64, seed: seed), in: prefixes))
      run.run()
      run.end()
      return run.reused
    }
    #expect(try [serve(1), serve(2), serve(1), serve(3), serve(1)] == [0, 0, 63, 0, 63])
    #expect(try serve(2) < 63)
  }

  @Test("nothing that is kept keeps a sequence out", arguments: ["full", "roco"])
  func neverStarves(policy: String) throws {
    let request = CacheRequest(policy: policy, budget: policy == "full" ? nil : .slots(48))
    let plan = try Small.plan(request, prompt: 150, new: 20)
    let pool = try CachePool(limitBytes: plan.peakBytes, shape: Small.shape)
    let prefixes = PrefixCache(pool: pool)
    for seed in 0..<6 {
      let tokens = Self.tokens(80, seed: UInt64(seed / 3)) + Self.tokens(90, seed: UInt64(seed))
      let run = try #require(try PrefixRun(plan, tokens, in: prefixes))
      #expect(try PrefixRun(plan, tokens, in: prefixes) == nil)
      run.run()
      #expect(run.simulation.slotsWithForeignBytes == 0 && prefixes.accountError(live: [run.cache]) == nil)
      run.end()
    }
  }
}
