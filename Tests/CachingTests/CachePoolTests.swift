import Caching
import Testing

@Suite struct CachePoolTests {
  private let request = CacheRequest(policy: "roco", budget: .slots(32))

  @Test("a cache is refused while its peak is not free, and admitted once another is released")
  func admitsByPromise() throws {
    let plan = try Small.plan(request, prompt: 100, new: 20)
    let pool = try CachePool(limitBytes: plan.peakBytes * 2 - 1, shape: Small.shape)
    let first = try #require(pool.makeCache(plan))
    #expect(pool.reservedBytes == plan.peakBytes)
    #expect(pool.makeCache(plan) == nil)
    pool.release(first)
    #expect(pool.makeCache(plan) != nil)
  }

  @Test("a plan larger than the whole pool never fits")
  func neverFits() throws {
    let plan = try Small.plan(request, prompt: 100, new: 20)
    let pool = try CachePool(limitBytes: plan.peakBytes - 1, shape: Small.shape)
    #expect(pool.makeCache(plan) == nil)
  }

  @Test("after every release the accounts are back at zero and pages are used again")
  func accountsReturnToZero() throws {
    let plans = try [(33, 5), (100, 20), (17, 0)].map { try Small.plan(request, prompt: $0.0, new: $0.1) }
    let pool = try CachePool(limitBytes: plans.reduce(0) { $0 + $1.peakBytes }, shape: Small.shape)
    for round in 0..<5 {
      let runs = try plans.map { try Simulation($0, pool: pool) }
      for run in runs { run.run(attention: MadeUpAttention(seed: UInt64(round)).callAsFunction) }
      #expect(pool.usedBytes == pool.reservedBytes)
      for run in runs { pool.release(run.cache) }
      #expect(pool.pagesInUse == 0 && pool.usedBytes == 0 && pool.reservedBytes == 0)
    }
  }

  @Test("sequences that share a pool do not touch each other's bytes")
  func sequencesAreApart() throws {
    let plan = try Small.plan(request, prompt: 60, new: 40)
    let pool = try CachePool(limitBytes: plan.peakBytes * 2, shape: Small.shape)
    let runs = try [Simulation(plan, pool: pool), Simulation(plan, pool: pool)]
    for run in runs { run.writesBytes = true }
    var foreign = 0
    while let fed = runs.map(\.cache.logicalLength).min(), fed < plan.maxTotalTokens {
      for run in runs {
        run.step(max(1, plan.nextChunk(fed: fed, atMost: 1000)), attention: MadeUpAttention().callAsFunction)
        {
          foreign += run.slotsWithForeignBytes
        }
      }
    }
    #expect(foreign == 0)
  }

  @Test("a pool without room for a page in every head says how much it needs")
  func tooSmallAPool() throws {
    let shape = try Small.shape
    #expect(throws: CacheError.poolTooSmall(limitBytes: 10, smallest: 4 * 1024)) {
      try CachePool(limitBytes: 10, shape: shape)
    }
  }

  @Test("a pool that no address space can hold is an error, not a trap")
  func hugePool() throws {
    let shape = try CacheShape(layers: 1, kvHeads: 1, queryHeads: 1, headDimension: 1 << 20)
    #expect(throws: CacheError.poolUnavailable(limitBytes: .max)) {
      try CachePool(limitBytes: .max, shape: shape)
    }
  }
}
