import Testing

@testable import Caching

@Suite("Live state of heads")
struct HeadStateTests {
  @Test(
    "a wider cache goes on from copied pieces as if it had been fed itself",
    arguments: Small.evictingPolicies,
    BudgetAllocators.names)
  func goesOn(policy: String, allocator: String) throws {
    var request = CacheRequest(policy: policy, budget: .slots(40))
    request.allocator = allocator
    request.modifiers.guardShare = 0.05
    let plan = try Small.plan(request, prompt: 200, new: 50)
    let (source, fresh) = (try Simulation(Small.plan(request, prompt: 150, new: 0)), try Simulation(plan))
    let resumed = try Simulation(plan)
    let attention = MadeUpAttention().callAsFunction
    while source.cache.logicalLength < 100 {
      source.step(source.plan.nextChunk(fed: source.cache.logicalLength, atMost: 1000), attention: attention)
    }
    let counts = (0..<plan.shape.heads).map { source.cache.head($0).counts }
    resumed.cache.resume(source.cache.progress, counts: counts)
    for head in 0..<plan.shape.heads {
      resumed.cache.head(head).copyLivePieces(from: source.cache.head(head))
    }
    fresh.run(attention: attention)
    resumed.run(attention: attention)
    #expect(resumed.kept == fresh.kept && resumed.cache.residentTotal == fresh.cache.residentTotal)
    // The pages were not copied, and policies that rank by keys read zeros in both.
    #expect(resumed.pool.usedBytes <= plan.peakBytes)
  }
}
