import Caching
import Kernels
import ModelFixtures
import Testing

@testable import Inference

@Suite("Prefix reuse")
struct PrefixReuseTests {
  /// Caches of all policies, each with and without attention counted from the first token.
  private static let caches: [CacheRequest] =
    [CacheRequest()]
    + EvictionPolicies.all.filter(\.evicts).flatMap { policy in
      [false, true].map { keepAttention in
        var cache = CacheRequest(policy: policy.name, budget: .slots(64))
        cache.keepAttention = keepAttention
        return cache
      }
    }

  private static func turn(_ tokens: [Int32], new: Int, _ cache: CacheRequest) -> SequenceRequest {
    var request = Tiny.request(1, new: new, cache: cache)
    request.prompt = tokens
    return request
  }

  @Test(
    "a conversation has the same texts with and without reuse, under every policy",
    arguments: KeyValueType.allCases)
  func conversations(type: KeyValueType) async throws {
    func talk(reuses: Bool) async throws -> [[Outcome]] {
      try await withEngine(settings { ($0.prefixCache, $0.kvType) = (reuses, type) }) { engine in
        var talks: [[Outcome]] = []
        for (index, cache) in Self.caches.enumerated() {
          var tokens = Tiny.prompt(170, seed: UInt64(index))
          var talk: [Outcome] = []
          for turn in 0..<3 {
            talk += try await outcomes([Self.turn(tokens, new: 20, cache)], of: engine)
            tokens += talk[turn].tokens + Tiny.prompt(40, seed: UInt64(100 + turn))
          }
          talks.append(talk)
        }
        return talks
      }
    }
    let (reused, fresh) = (try await talk(reuses: true), try await talk(reuses: false))
    #expect(reused == fresh)
    #expect(fresh.joined().allSatisfy { $0.usage.cachedTokens == 0 })
    for (talk, cache) in zip(reused, Self.caches) {
      #expect(talk[0].usage.cachedTokens == 0)
      #expect(talk[1].usage.cachedTokens >= 64, "\(cache)")
    }
    // All but the last block and what was said since.
    #expect(reused[0][1].usage.cachedTokens == 176 && reused[0][2].usage.cachedTokens >= 224)
  }

  @Test(
    "choices of one prompt compute it once, and each writes its own text", arguments: [0, 11],
    KeyValueType.allCases)
  func choices(policy: Int, type: KeyValueType) async throws {
    let requests = (0..<4).map { choice in
      var request = Self.turn(Tiny.prompt(300), new: 30, Self.caches[policy])
      request.sampling.temperature = 1.5
      request.sampling.seed = UInt64(choice)
      return request
    }
    let fresh = try await withEngine(settings { ($0.prefixCache, $0.kvType) = (false, type) }) {
      try await outcomes(requests, of: $0)
    }
    let stepped = try SteppedScheduler(settings { $0.kvType = type })
    let streams = try requests.map { try stepped.submit($0).events }
    while !stepped.scheduler.isIdle || stepped.statistics.steps == 0 {
      stepped.step()
      #expect(stepped.scheduler.accountError == nil)
    }
    var shared: [Outcome] = []
    for stream in streams { shared.append(await Outcome(stream)) }
    #expect(shared == fresh && Set(shared.map(\.tokens)).count == 4)
    #expect(stepped.statistics.promptTokens < 300 + 3 * 64)
    #expect(shared[0].usage.cachedTokens == 0 && shared[1...].allSatisfy { $0.usage.cachedTokens > 230 })
    #expect(stepped.pool.pagesInUse == 0 && stepped.pool.usedBytes == 0 && stepped.pool.reservedBytes == 0)
  }

  @Test(
    "of a block that only begins alike nothing is reused where the newest tokens have a page of their own",
    arguments: KeyValueType.allCases)
  func partOfBlock(type: KeyValueType) async throws {
    let first = Tiny.request(100, new: 5)
    var second = first
    second.prompt.replaceSubrange(40..., with: Tiny.prompt(60, seed: 9))
    let found = try await withEngine(settings { $0.kvType = type }) { [second] engine in
      _ = try await outcomes([first], of: engine)
      return try await outcomes([second], of: engine)[0]
    }
    let fresh = try await withEngine(settings { ($0.prefixCache, $0.kvType) = (false, type) }) { [second] in
      try await outcomes([second], of: $0)[0]
    }
    #expect(found == fresh && found.usage.cachedTokens == (type == .f16 ? 40 : 32))
  }

  @Test("who waits for another's prompt goes on alone when that one is cancelled")
  func leaderLeaves() async throws {
    let stepped = try SteppedScheduler(settings { $0.prefillTokens = 32 })
    let first = try stepped.submit(Tiny.request(600, new: 5))
    let second = try stepped.submit(Tiny.request(600, new: 5))
    stepped.step()
    stepped.step()
    #expect(stepped.statistics.running == 1 && stepped.statistics.waiting == 1)
    stepped.cancel(first.id)
    while !stepped.scheduler.isIdle { stepped.step() }
    let outcome = await Outcome(second.events)
    #expect(outcome.tokens.count == 5 && outcome.usage.cachedTokens >= 48)
  }

  @Test("a request that opts out neither finds nor leaves anything")
  func optsOut() async throws {
    let request = Tiny.request(200, new: 5)
    var apart = request
    apart.reusesPrefixes = false
    let found = try await withEngine { [apart] engine in
      var found: [Int] = []
      for request in [apart, request, apart, request] {
        found.append(try await outcomes([request], of: engine)[0].usage.cachedTokens)
      }
      let end = engine.statistics
      #expect(end.prefixQueriedTokens == 400 && end.prefixReusedTokens == 192 && end.prefixBytes > 0)
      return found
    }
    #expect(found == [0, 0, 0, 192])
  }

  @Test("a pool full of prefixes admits who needs it")
  func fullPool() async throws {
    let one = try SteppedScheduler(settings()).plan(Tiny.request(200, new: 10)).peakBytes
    let requests = (1...8).map { Tiny.request(200, new: 10, seed: UInt64($0)) }
    let served = try await withEngine(settings(pool: one + one / 3)) { engine in
      var all: [Outcome] = []
      for request in requests { all += try await outcomes([request], of: engine) }
      return all
    }
    #expect(served.allSatisfy { $0.reason == .length && $0.tokens.count == 10 })
  }
}
