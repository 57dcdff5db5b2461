import Testing

@testable import Caching

/// Caches of models in which five of six layers see 33 tokens.
@Suite("sliding windows") struct SlidingWindowTests {
  private static let earlier = 32
  /// The layer that sees all.
  private static let global = 5

  private static func shape(_ window: SlidingWindow?) throws -> CacheShape {
    var shape = try CacheShape(layers: 6, kvHeads: 2, queryHeads: 4, headDimension: 16)
    shape.window = window
    return shape
  }

  private static func plan(
    _ request: CacheRequest = CacheRequest(), prompt: Int, new: Int, isWindowed: Bool = true
  ) throws -> CachePlan {
    let window = SlidingWindow(tokens: 33, globalEvery: 6)
    return try CachePlan(
      request, shape: shape(isWindowed ? window : nil), promptTokens: prompt, maxNewTokens: new)
  }

  @Test("a full cache's layers hold what the next token sees, the promise is just that, and it is reached")
  func full() throws {
    let plan = try Self.plan(prompt: 300, new: 100)
    let run = try Simulation(plan)
    run.writesBytes = true
    var (pages, foreign) = (0, 0)
    run.run(attention: { _ in 0 }) {
      pages = max(pages, run.pool.pagesInUse)
      foreign += run.slotsWithForeignBytes
    } afterEviction: {
      let fed = run.cache.logicalLength
      for (layer, heads) in run.kept.enumerated() {
        let held = layer == Self.global ? 0..<fed : max(0, fed - Self.earlier)..<fed
        #expect(heads.allSatisfy { $0.elementsEqual(held) })
      }
      #expect(run.cache.residentBytes <= plan.peakBytes)
    }
    // A chunk of 32 on top of 32 slots, and 400 in the layer that sees all.
    #expect(pages == 2 * (5 * 4 + 25) && plan.pageCount == pages && foreign == 0)
    let blocks = [64, 400].map { slots in
      (64 + 4 * (2 * slots + slots / 16 + 32) + 63) / 64 * 64
    }
    #expect(plan.bookkeepingBytes == 2 * (5 * blocks[0] + blocks[1]))
    #expect(plan.peakBytes == pages * plan.shape.pageBytes + plan.bookkeepingBytes)
    #expect(run.cache.residentBytes == plan.peakBytes && run.pool.usedBytes == plan.peakBytes)
  }

  @Test("a sequence that no token outlives is as in a model without windows; one that is longer is not")
  func short() throws {
    for (prompt, new) in [(1, 0), (20, 12), (32, 0)] {
      let (windowed, plain) = try (
        Self.plan(prompt: prompt, new: new), Self.plan(prompt: prompt, new: new, isWindowed: false)
      )
      #expect(windowed.neverEvicts && windowed.schedule == plain.schedule)
      #expect(windowed.peakBytes == plain.peakBytes)
    }
    #expect(try !Self.plan(prompt: 20, new: 13).neverEvicts)
  }

  @Test(
    "under a larger budget a layer with a window holds its newest tokens, whatever policy, sinks and pins say",
    arguments: Small.scopedPolicies.filter { $0.name != "full" })
  func largerBudget(name: String, scope: BudgetScope) throws {
    var request = CacheRequest(policy: name, budget: .slots(80), scope: scope, stride: 8, recent: .slots(5))
    (request.pins, request.sinks) = ([3..<9, 50..<60], 4)
    let run = try Simulation(Self.plan(request, prompt: 200, new: 40))
    let plain = try Simulation(Self.plan(request, prompt: 200, new: 40, isWindowed: false))
    var wrong = 0
    run.run(attention: MadeUpAttention().callAsFunction) {
    } afterEviction: {
      let fed = run.cache.logicalLength
      for heads in run.kept.dropLast().joined() {
        wrong += heads.elementsEqual(max(0, fed - Self.earlier)..<fed) ? 0 : 1
      }
    }
    #expect(wrong == 0)
    plain.run(attention: MadeUpAttention().callAsFunction)
    // Its budget is the other layer's still.
    #expect(run.kept[Self.global].map(\.count) == plain.kept[Self.global].map(\.count))
    #expect(run.kept[Self.global].allSatisfy { Set($0).isSuperset(of: 0..<9) })
    #expect(run.plan.peakBytes < plain.plan.peakBytes * 2 / 3)
  }

  @Test(
    "under a smaller budget the policy chooses among what is still seen, and what is not goes before that",
    arguments: Small.evictingPolicies, BudgetAllocators.names)
  func smallerBudget(name: String, allocator: String) throws {
    let description = try EvictionPolicies.description(named: name)
    var request = CacheRequest(
      policy: name, budget: .slots(24), stride: 4, sinks: 3, recent: .slots(4),
      parameters: try Small.eachToken(name))
    request.allocator = allocator
    let run = try Simulation(
      Self.plan(request, prompt: 150, new: description.evictsGenerated ? 40 : 0))
    var unseen = 0
    run.run(attention: MadeUpAttention().callAsFunction) {
    } afterEviction: {
      guard run.cache.logicalLength > 60 else { return }
      let first = run.cache.logicalLength - Self.earlier
      for heads in run.kept.dropLast().joined() { unseen += heads.count { $0 < first } }
    }
    // All but what a budget that grows has no need to give up.
    #expect(unseen == 0 || allocator == "cake")
    if allocator == "uniform" { #expect(run.kept.joined().allSatisfy { $0.count == 24 }) }
    if name == "h2o", allocator == "uniform" {
      let last = run.cache.logicalLength
      #expect(run.kept.dropLast().joined().contains { !$0.elementsEqual(last - 24..<last) })
    }
  }

  @Test("where keys are read at the cache's positions heads hold equally many, and windows are over them")
  func cachePositions() throws {
    var request = CacheRequest(policy: "streaming", budget: .slots(80))
    request.positions = .cache
    let (windowed, plain) = try (
      Self.plan(request, prompt: 200, new: 40), Self.plan(request, prompt: 200, new: 40, isWindowed: false)
    )
    #expect(windowed.schedule == plain.schedule && windowed.peakBytes == plain.peakBytes)
  }

  @Test("tokens are guessed as long as none that was guessed wrong can have pushed another out")
  func guesses() throws {
    let run = try Simulation(Self.plan(prompt: 20, new: 60))
    run.step(20, attention: { _ in 0 })
    #expect(run.cache.unevictedTokens(atMost: 8) == 8)
    run.step(8, attention: { _ in 0 })
    run.cache.takeBack(5)
    #expect(run.cache.unevictedTokens(atMost: 16) == 9)
    run.step(9, attention: { _ in 0 })
    #expect(run.cache.isWhole && run.cache.unevictedTokens(atMost: 16) == 1)
    run.step(1, attention: { _ in 0 })
    #expect(!run.cache.isWhole && run.cache.unevictedTokens(atMost: 16) == 1)
  }

  @Test("an elastic cache gives up what its layers have beyond the smaller budget", arguments: [48, 24])
  func elastic(budget: Int) throws {
    var request = CacheRequest(policy: "tova", budget: .slots(100), stride: 8)
    request.elasticMinimum = 24
    let plan = try Self.plan(request, prompt: 200, new: 100)
    let run = try Simulation(plan)
    while run.cache.logicalLength < 220 {
      run.step(
        max(1, plan.nextChunk(fed: run.cache.logicalLength, atMost: .max)),
        attention: MadeUpAttention().callAsFunction)
    }
    let gain = run.pool.bytesGained(run.cache, shrunkTo: budget)
    let before = run.pool.reservedBytes
    let hasShrunk = run.pool.shrink(run.cache, to: budget) { run.evictDue() }
    #expect(hasShrunk && gain > 0 && run.pool.reservedBytes == before - gain)
    let pages = { (slots: Int) in (slots + 15) / 16 }
    #expect(
      run.cache.plan.pageCount == 2 * (5 * pages(min(budget + 1, Self.earlier + 1)) + pages(budget + 1)))
    run.writesBytes = true
    while run.cache.logicalLength < 300 {
      run.step(1, attention: MadeUpAttention().callAsFunction)
      #expect(run.cache.residentBytes <= run.cache.plan.peakBytes)
      #expect(run.kept.joined().allSatisfy { $0.count <= budget })
      #expect(run.kept.dropLast().joined().allSatisfy { $0.count == min(budget, Self.earlier) })
    }
    run.pool.release(run.cache)
    #expect(run.pool.usedBytes == 0 && run.pool.reservedBytes == 0)
  }

  @Test("a budget in bytes buys more slots where windows take fewer")
  func bytes() throws {
    let request = CacheRequest(policy: "h2o", budget: .bytes(200_000))
    let (windowed, plain) = try (
      Self.plan(request, prompt: 900, new: 50), Self.plan(request, prompt: 900, new: 50, isWindowed: false)
    )
    #expect(windowed.peakBytes <= 200_000)
    #expect(try #require(windowed.budgetSlots) > 2 * (try #require(plain.budgetSlots)))
  }

  @Test(
    "what windows have evicted is kept as a snapshot, and a longer prompt goes on from it as if fed itself")
  func prefixes() throws {
    let tokens = (0..<400).map { Int32($0 * 7 % 50) }
    let pool = {
      try CachePool(limitBytes: 8 << 20, shape: Self.shape(SlidingWindow(tokens: 33, globalEvery: 6)))
    }
    let prefixes = PrefixCache(pool: try pool())
    let first = try #require(try PrefixRun(Self.plan(prompt: 200, new: 50), tokens, in: prefixes))
    first.run()
    // Two at a time: the second goes on while the first is still there.
    let plan = try Self.plan(prompt: 280, new: 30)
    let second = try #require(try PrefixRun(plan, tokens, in: prefixes))
    #expect(second.reused == 192 && second.cache.shared.isEmpty)
    let fresh = try #require(try PrefixRun(plan, tokens, in: PrefixCache(pool: pool())))
    second.run()
    fresh.run()
    #expect(second.cache.state == fresh.cache.state && second.simulation.slotsWithForeignBytes == 0)
    #expect(prefixes.accountError(live: [first.cache, second.cache]) == nil)
    first.end()
    second.end()
    // What was whole when it ended is kept by blocks, though more had been promised.
    let short = try #require(try PrefixRun(Self.plan(prompt: 20, new: 50), tokens.reversed(), in: prefixes))
    short.run(promptOnly: true)
    for _ in 0..<12 { short.step() }
    short.end()
    let next = try #require(try PrefixRun(Self.plan(prompt: 60, new: 5), tokens.reversed(), in: prefixes))
    #expect(next.reused == 32 && next.cache.shared.isEmpty)
    next.run()
    #expect(next.simulation.slotsWithForeignBytes == 0)
    next.end()
    #expect(prefixes.accountError(live: []) == nil && prefixes.pool.pagesInUse == 0)
  }
}
