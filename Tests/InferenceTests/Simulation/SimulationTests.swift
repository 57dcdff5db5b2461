@testable import Caching
import ModelFixtures
import Testing

@testable import Inference

/// A hundred thousand requests on a machine without a model: what must hold does so after every step.
@Suite struct SimulationTests {
  /// Requests of all kinds; now and then one that fills the pool.
  private static func request(_ random: inout SplitMix64) -> SequenceRequest {
    let promptTokens =
      Int.random(in: 0..<20, using: &random) == 0 ? 600 : Int.random(in: 1...60, using: &random)
    let names = EvictionPolicies.names
    var cache = CacheRequest()
    if Int.random(in: 0..<3, using: &random) > 0 {
      cache = CacheRequest(
        policy: names[Int.random(in: 0..<names.count, using: &random)],
        budget: .slots(Int.random(in: 16...64, using: &random)), seed: random.next())
      if cache.policy == "full" { cache.budget = nil }
      if Int.random(in: 0..<4, using: &random) == 0 { cache.stride = Int.random(in: 4...64, using: &random) }
      if Int.random(in: 0..<4, using: &random) == 0 { cache.recent = .ratio(0.4) }
      if Bool.random(using: &random) { cache.elasticMinimum = Int.random(in: 12...32, using: &random) }
    }
    var request = SequenceRequest(
      prompt: Array(repeating: Int32.random(in: 1...3, using: &random), count: promptTokens),
      maxTokens: Int.random(in: 0...24, using: &random),
      stopTokens: Bool.random(using: &random) ? [7] : [], cache: cache)
    request.priority =
      Int.random(in: 0..<10, using: &random) == 0 ? Int.random(in: -1...1, using: &random) : 0
    request.speculation = Bool.random(using: &random) ? 4 : 0
    return request
  }

  @Test("after every step the promises fit the pool, use fits the promises, and everybody gets on")
  func invariants() throws { try run(100_000, pool: 160 << 10, SimulatedMachine.shape) }

  @Test("so it is where the tokens of one of two layers see only the newest 40")
  func windows() throws {
    var shape = try CacheShape(layers: 2, kvHeads: 1, queryHeads: 1, headDimension: 16)
    shape.window = SlidingWindow(tokens: 40, globalEvery: 2)
    try run(10_000, pool: 240 << 10, shape)
  }

  private func run(_ requests: Int, pool: Int, _ shape: CacheShape) throws {
    var random = SplitMix64(state: 5)
    let limits = settings(pool: pool) { $0.maxSequences = 24 }
    let server = try SimulatedServer(limits, shape: shape)
    var (submitted, steps) = (0, 0)
    var (longestWait, longestFirst) = (0.0, 0.0)
    var shrunk: Set<UInt64> = []
    while submitted < requests || !server.scheduler.isIdle {
      // Bursts, and times of rest.
      let burst = (steps / 500) % 2 == 0 ? 0...1 : 0...4
      let room = server.scheduler.waiting.count < 100 ? Int.random(in: burst, using: &random) : 0
      for _ in 0..<min(room, requests - submitted) {
        var request = Self.request(&random)
        // Not all policies can be had with every budget and prompt; those go without.
        if (try? server.planBytes(request)).map({ $0 > limits.kvPoolBytes }) ?? true {
          request.cache = .init()
        }
        try server.submit(request)
        submitted += 1
      }
      if Int.random(in: 0..<20, using: &random) == 0 {
        server.cancel(UInt64(max(0, submitted - Int.random(in: 0..<100, using: &random))))
      }
      server.step()
      steps += 1
      let (running, waiting) = (server.scheduler.running, server.scheduler.waiting)
      let now = server.statistics
      try #require(now.usedBytes <= now.reservedBytes && now.reservedBytes <= limits.kvPoolBytes)
      try #require(now.reservedBytes + now.prefixBytes <= limits.kvPoolBytes)
      try #require(server.pool.committedBytes <= limits.kvPoolBytes)
      try #require(server.scheduler.accountError == nil)
      try #require(running.count <= limits.maxSequences && server.machine.largestStep <= 256 + 24)
      try #require(server.machine.mostLogitsRows <= limits.logitsRows)
      for sequence in running {
        let cache = try #require(sequence.cache)
        try #require(cache.residentBytes <= cache.plan.peakBytes)
        try #require(cache.residentSlots <= cache.plan.peakSlots)
        shrunk.formUnion(cache.plan.budgetSlots == sequence.plan.budgetSlots ? [] : [sequence.id])
      }
      for sequence in waiting {
        longestWait = max(longestWait, (server.machine.now - sequence.submitted).seconds)
      }
      for sequence in running where sequence.isInPrompt {
        longestFirst = max(longestFirst, (server.machine.now - sequence.submitted).seconds)
      }
    }
    #expect(server.pool.pagesInUse == 0 && server.pool.reservedBytes == 0 && server.pool.usedBytes == 0)
    #expect(shrunk.count > requests / 1000, "elastic caches were shrunk")
    #expect(server.statistics.prefixReusedTokens > 0 && server.scheduler.accountError == nil)
    #expect(server.statistics.finished.values.reduce(0, +) == requests)
    // A queue of a hundred, of which the largest take the pool for themselves, priorities of ten seconds.
    #expect(longestWait < 120, "somebody waited \(longestWait) s")
    #expect(longestFirst < 130, "somebody's prompt took \(longestFirst) s")
  }
}
