import Caching
import Testing

@testable import Inference

@Suite("order of turns")
struct SchedulingOrderTests {
  private func request(
    _ promptTokens: Int, new: Int = 1, _ change: (inout SequenceRequest) -> Void = { _ in }
  )
    -> SequenceRequest
  {
    var request = SequenceRequest(
      prompt: Array(repeating: 1, count: promptTokens), maxTokens: new, cache: .init())
    // Each computes for itself.
    request.reusesPrefixes = false
    change(&request)
    return request
  }

  /// Steps until the scheduler has no work; returns the ids in the order in which they got their first token.
  private func finish(_ server: SimulatedServer) -> [UInt64] {
    var order: [UInt64] = []
    while !server.scheduler.isIdle || !server.pending.isEmpty {
      server.step()
      for sequence in server.scheduler.running where sequence.generated > 0 && !order.contains(sequence.id) {
        order.append(sequence.id)
      }
    }
    return order
  }

  @Test("a short prompt passes a long one that came before it")
  func shortPassesLong() throws {
    let server = try SimulatedServer(settings())
    let long = try server.submit(request(4000, new: 20)).id
    server.step()
    let short = try server.submit(request(20, new: 20)).id
    #expect(finish(server) == [short, long])
  }

  @Test("a short prompt does not wait for long ones whose turn has come", arguments: [0, 4])
  func shortPassesOverdue(streams: Int) throws {
    let server = try SimulatedServer(settings { $0.maxSequences = 16 })
    for _ in 0..<streams { try server.submit(request(10, new: 4000)) }
    for _ in 0..<20 { server.step() }
    for _ in 0..<2 { try server.submit(request(6000, new: 1)) }
    let (start, long) = (server.machine.now, request(6000, new: 1))
    // Long prompts that never end: some are past their deadlines at any time from now on.
    while server.machine.now - start < .seconds(60) {
      if server.scheduler.running.count + server.pending.arrivals.count < streams + 2 {
        try server.submit(long)
      }
      server.step()
    }
    for _ in 0..<20 {
      let arrival = server.machine.now
      let short = try server.submit(request(32, new: 1)).id
      repeat {
        if server.scheduler.running.count + server.pending.arrivals.count < streams + 3 {
          try server.submit(long)
        }
        server.step()
        try #require(server.machine.now - arrival < .seconds(1.5), "a short prompt behind long ones")
      } while server.scheduler.running.contains { $0.id == short }
      for _ in 0..<7 { server.step() }
    }
  }

  @Test("a long prompt has its turn under an endless stream of short ones")
  func longIsNotStarved() throws {
    // Short prompts come faster than they can be computed.
    let server = try SimulatedServer(settings { $0.maxSequences = 8 })
    let long = try server.submit(request(3000, new: 1)).id
    let start = server.machine.now
    repeat {
      while server.scheduler.waiting.count + server.pending.arrivals.count < 40 {
        try server.submit(request(100, new: 4))
      }
      server.step()
      // It is first after twice the 1.5 s that it takes alone, and then has half of the time at least.
      try #require(server.machine.now - start < .seconds(8), "the long prompt never ends")
    } while server.scheduler.running.contains { $0.id == long }
  }

  @Test("a prompt whose chunks stay whole has its turn under an endless stream of others that fit any step")
  func wholeChunksAreNotStarved() throws {
    let server = try SimulatedServer(settings { $0.maxSequences = 12 })
    for _ in 0..<4 { try server.submit(request(10, new: 4000)) }
    for _ in 0..<20 { server.step() }
    let evicting = try server.submit(
      request(1000, new: 1) {
        $0.cache = CacheRequest(policy: "roco", budget: .slots(256))
        $0.cache.stride = 128
      }
    ).id
    let start = server.machine.now
    repeat {
      while server.scheduler.waiting.count + server.pending.arrivals.count < 40 {
        try server.submit(request(100, new: 1))
      }
      server.step()
      try #require(server.machine.now - start < .seconds(4), "the prompt under a budget never ends")
    } while server.scheduler.running.contains { $0.id == evicting }
  }

  @Test("priority is worth waiting time: lower goes first")
  func priority() throws {
    let server = try SimulatedServer(settings { $0.maxSequences = 1 })
    let first = try server.submit(request(10, new: 30)).id
    server.step()
    let late = try server.submit(request(10, new: 5) { $0.priority = 1 }).id
    let normal = try server.submit(request(10, new: 5)).id
    let early = try server.submit(request(10, new: 5) { $0.priority = -1 }).id
    #expect(finish(server) == [first, early, normal, late])
  }

  @Test("who waits for memory is passed by smaller ones for a while, and then by nobody")
  func memoryIsNotStarved() throws {
    let small = try SimulatedServer(settings()).planBytes(request(100, new: 50))
    let server = try SimulatedServer(settings(pool: 4 * small + small / 2))
    // They end one after the other, and what one leaves is not enough for the large one.
    for _ in 0..<4 {
      try server.submit(request(100, new: 50))
      for _ in 0..<10 { server.step() }
    }
    let large = try server.submit(request(350, new: 50)).id
    var passed = 0
    var steps = 0
    while server.scheduler.waiting.contains(where: { $0.id == large }) || steps == 0 {
      // As soon as there is room for a small one, there is one.
      if !server.scheduler.waiting.contains(where: { $0.id != large }) {
        try server.submit(request(100, new: 50))
        passed += 1
      }
      server.step()
      steps += 1
      try #require(steps < 5000, "the large request is never let in")
    }
    #expect(passed > 2, "it was not passed at all")
  }

  @Test("running streams keep their pace while long prompts come in: no step lasts three times as long")
  func steadyStreams() throws {
    let server = try SimulatedServer(settings())
    for _ in 0..<8 { try server.submit(request(10, new: 3000)) }
    for _ in 0..<50 { server.step() }
    var idle = server.machine.now
    server.step()
    let idleSeconds = (server.machine.now - idle).seconds
    for _ in 0..<4 { try server.submit(request(6000, new: 10)) }
    var longest = 0.0
    for _ in 0..<400 {
      idle = server.machine.now
      server.step()
      longest = max(longest, (server.machine.now - idle).seconds)
    }
    #expect(longest < 3 * idleSeconds, "\(longest) s against \(idleSeconds) s")
    #expect(server.statistics.promptTokens > 4000, "the prompts get on")
  }
}

extension SimulatedServer {
  func planBytes(_ request: SequenceRequest) throws -> Int {
    try CachePlan(
      request.cache, shape: pool.shape, promptTokens: request.prompt.count,
      maxNewTokens: request.maxTokens
    ).peakBytes
  }
}
