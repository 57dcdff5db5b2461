import Caching
import Testing

@testable import Inference

@Suite("elastic budgets")
struct ElasticTests {
  private func request(
    _ policy: String = "roco", budget: Int = 64, minimum: Int? = 24, new: Int = 400
  ) -> SequenceRequest {
    var cache = CacheRequest(policy: policy, budget: .slots(budget))
    cache.elasticMinimum = minimum
    var request = SequenceRequest(prompt: Array(repeating: 1, count: 100), maxTokens: new, cache: cache)
    request.reusesPrefixes = false
    return request
  }

  @Test(
    "elastic sequences make room for one that waits, with no more than is needed",
    arguments: ["roco", "streaming", "h2o", "tova", "keydiff"])
  func makesRoom(policy: String) async throws {
    let small = try SimulatedServer(settings())
    let bytes = try small.planBytes(request(policy))
    let server = try SimulatedServer(settings(pool: 4 * bytes))
    let streams = try (0..<3).map { _ in try server.submit(request(policy)).events }
    let firm = try server.submit(request(policy, minimum: nil))
    for _ in 0..<20 { server.step() }
    #expect(server.scheduler.running.count == 4)
    let fifth = try server.submit(request(policy, minimum: nil, new: 10))
    server.step()
    #expect(server.scheduler.waiting.isEmpty && server.scheduler.running.count == 5)
    let budgets = server.scheduler.running.map(\.budget)
    #expect(budgets.contains { $0 < 64 } && budgets.allSatisfy { $0 >= 24 })
    for sequence in server.scheduler.running {
      let cache = try #require(sequence.cache)
      let isElastic = sequence.request.cache.elasticMinimum != nil
      #expect(isElastic || sequence.budget == 64, "only who offered has given")
      #expect(cache.residentBytes <= cache.plan.peakBytes && cache.residentSlots <= cache.plan.peakSlots)
    }
    while !server.scheduler.isIdle {
      server.step()
      try #require(server.scheduler.accountError == nil)
      try #require(server.statistics.usedBytes <= server.statistics.reservedBytes)
      try #require(server.statistics.reservedBytes <= server.pool.limitBytes)
    }
    var usages: [SequenceUsage] = []
    for stream in streams { usages.append(await Outcome(stream).usage) }
    #expect(
      usages.contains { ($0.budgetSlots ?? 64) < 64 } && usages.allSatisfy { $0.firstBudgetSlots == 64 })
    #expect(usages.allSatisfy { $0.generatedTokens == 400 })
    #expect(await Outcome(firm.events).usage.budgetSlots == 64)
    #expect(await Outcome(fifth.events).tokens.count == 10)
    #expect(server.pool.pagesInUse == 0 && server.pool.reservedBytes == 0 && server.pool.usedBytes == 0)
  }

  @Test("a budget between two that hold what is protected, but does not itself, is passed over")
  func unevenShares() throws {
    // 16 slots would have to hold 4 sinks, 8 newest and a chunk of 5; 15 hold 3, 7 and 5.
    var uneven = request(budget: 32, minimum: 15)
    (uneven.cache.stride, uneven.cache.recent) = (5, .ratio(0.5))
    let bytes = try SimulatedServer(settings()).planBytes(uneven)
    let server = try SimulatedServer(settings(pool: 3 * bytes))
    for _ in 0..<3 { try server.submit(uneven) }
    for _ in 0..<30 { server.step() }
    try #require(server.scheduler.running.map(\.budget) == [32, 32, 32])
    try server.submit(request(budget: 24, minimum: nil, new: 10))
    server.step()
    #expect(server.scheduler.waiting.isEmpty && server.scheduler.running.map(\.budget).contains(15))
    while !server.scheduler.isIdle { server.step() }
    #expect(server.pool.pagesInUse == 0 && server.scheduler.accountError == nil)
  }

  @Test("nothing is shrunk for one who would not fit in any case")
  func notInVain() throws {
    let bytes = try SimulatedServer(settings()).planBytes(request())
    let server = try SimulatedServer(settings(pool: 2 * bytes))
    for _ in 0..<2 { try server.submit(request()) }
    for _ in 0..<10 { server.step() }
    var large = request(minimum: nil, new: 10)
    large.cache = .init()
    large.prompt = Array(repeating: 1, count: 150)
    try #require(server.planBytes(large) <= server.pool.limitBytes)
    try server.submit(large)
    server.step()
    #expect(server.scheduler.running.map(\.budget) == [64, 64] && server.scheduler.waiting.count == 1)
  }

  @Test("a shrunk cache goes on as its policy says: sinks and newest stay, tokens keep coming")
  func keepsProtected() throws {
    let stepped = try SteppedScheduler(settings(pool: 64 << 20))
    var cache = CacheRequest(policy: "roco", budget: .slots(64))
    cache.elasticMinimum = 32
    _ = try stepped.submit(Tiny.request(100, new: 60, cache: cache))
    for _ in 0..<8 { stepped.step() }
    let running = try #require(stepped.scheduler.running.first?.cache)
    let before = Set(running.positions(layer: 1, head: 0))
    let eviction = Eviction(compute: stepped.compute)
    _ = stepped.pool.shrink(running, to: 32) { eviction.endStep(of: [running], on: stepped.compute.pool) }
    let kept = running.positions(layer: 1, head: 0)
    let recent = running.plan.recent(in: .decode)
    #expect(kept.count == 32 && before.isSuperset(of: kept) && running.residentSlots == 32)
    #expect(kept.sorted().starts(with: 0..<running.plan.sinks))
    let fed = running.logicalLength
    #expect(kept.sorted().suffix(recent) == Array(fed - recent..<fed)[...])
    for _ in 0..<20 { stepped.step() }
    #expect(running.residentSlots == 32 && running.logicalLength == fed + 20)
  }

  @Test(
    "what cannot shrink says so", arguments: [("full", nil), ("roco", 65), ("roco", 0)] as [(String, Int?)])
  func refusals(policy: String, minimum: Int?) {
    var cache = CacheRequest(policy: policy, budget: policy == "full" ? nil : .slots(64))
    cache.elasticMinimum = minimum ?? 32
    #expect(throws: CacheError.self) {
      try CachePlan(cache, shape: SimulatedMachine.shape, promptTokens: 100, maxNewTokens: 10)
    }
    cache.elasticMinimum = 32
    cache.policy = "roco"
    cache.budget = .slots(64)
    for allocator in ["ada", "cake"] {
      cache.allocator = allocator
      #expect(throws: CacheError.self) {
        try CachePlan(cache, shape: SimulatedMachine.shape, promptTokens: 100, maxNewTokens: 10)
      }
    }
  }
}
