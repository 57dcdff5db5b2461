import Caching
import ModelFixtures
import Testing

@testable import Inference

@Suite struct AdmissionTests {
  private func refusal(_ engine: Engine, _ request: SequenceRequest) -> AdmissionError? {
    do throws(AdmissionError) {
      _ = try engine.plan(request)
      return nil
    } catch { return error }
  }

  @Test("a request that can never run is refused with its numbers")
  func refusals() throws {
    let engine = try makeEngine(settings { $0.contextLength = 500 })
    #expect(refusal(engine, Tiny.request(0, new: 5)) == .emptyPrompt)
    #expect(refusal(engine, Tiny.request(400, new: 100)) == nil)
    #expect(
      refusal(engine, Tiny.request(400, new: 101))
        == .contextExceeded(promptTokens: 400, maxTokens: 101, contextLength: 500))
    for (token, size) in [(Int32(131), 131), (-1, 131), (.max, 131)] {
      var request = Tiny.request(4, new: 5)
      request.prompt[2] = token
      #expect(refusal(engine, request) == .tokenOutsideVocabulary(token, vocabularySize: size))
    }
    let unknown = refusal(engine, Tiny.request(4, new: 5, cache: .init(policy: "lru", budget: .slots(9))))
    #expect(try #require(unknown).description.contains("unknown eviction policy 'lru'"))
  }

  @Test(
    "numbers at the edge of the integers are refused in words, without a trap",
    arguments: [Int.max, .min, -1])
  func hugeNumbers(maxTokens: Int) throws {
    let engine = try makeEngine(settings())
    for budget in [nil, CacheBudget.slots(64), .slots(.max)] {
      let request = Tiny.request(
        9, new: maxTokens, cache: .init(policy: budget == nil ? "full" : "h2o", budget: budget))
      #expect(try #require(refusal(engine, request)).description.contains("\(maxTokens)"))
    }
  }

  @Test("chunks that evict must fit a step, unless the prompt needs none")
  func strides() throws {
    let engine = try makeEngine(settings { $0.prefillTokens = 16 })
    let cache = CacheRequest(policy: "streaming", budget: .slots(64), stride: 17)
    #expect(refusal(engine, Tiny.request(100, new: 5, cache: cache)) == .strideTooLong(stride: 17, most: 16))
    #expect(refusal(engine, Tiny.request(64, new: 5, cache: cache)) == nil)
    #expect(refusal(engine, Tiny.request(80, new: 5, cache: cache)) == nil)
    // Where every query counts, the chunks before the first eviction are whole too.
    var counting = cache
    counting.keepAttention = true
    counting.stride = 100
    #expect(
      refusal(engine, Tiny.request(60, new: 50, cache: counting)) == .strideTooLong(stride: 100, most: 16))
    #expect(refusal(engine, Tiny.request(16, new: 50, cache: counting)) == nil)
  }

  @Test(
    "the budget that a refusal recommends fits, and one slot more does not",
    arguments: ["streaming", "h2o", "roco", "full"], [(60, 3000), (1000, 2500), (1050, 200)])
  func largestBudget(policy: String, lengths: (prompt: Int, new: Int)) throws {
    let engine = try makeEngine(settings(pool: 500_000))
    // More tokens than the pool holds, under a budget that lets them all stay.
    let request = Tiny.request(
      lengths.prompt, new: lengths.new, cache: .init(policy: policy, budget: .slots(4000)))
    guard case .cacheTooLarge(let peak, let pool, let budget)? = refusal(engine, request) else {
      Issue.record("not refused")
      return
    }
    #expect(peak > pool && pool == 500_000)
    var smaller = request
    smaller.cache.budget = .slots(try #require(budget))
    #expect(try engine.plan(smaller).peakBytes <= pool)
    smaller.cache.budget = .slots(try #require(budget) + 1)
    #expect(refusal(engine, smaller) != nil)
  }

  @Test("without a budget the largest is recommended that fits of the cache which a budget alone gets")
  func budgetedCache() throws {
    let engine = try makeEngine(
      settings(pool: 500_000) {
        $0.budgetedCache = CacheRequest(policy: "roco", budget: .slots(1))
        $0.budgetedCache?.keepAttention = true
      })
    var request = Tiny.request(1_000, new: 200)
    request.cache.positions = .cache
    guard case .cacheTooLarge(_, let pool, let budget?)? = refusal(engine, request) else {
      Issue.record("not refused, or without a budget")
      return
    }
    request.cache = try #require(engine.settings.budgetedCache)
    request.cache.positions = .cache
    request.cache.budget = .slots(budget)
    #expect(try engine.plan(request).peakBytes <= pool)
    request.cache.budget = .slots(budget + 1)
    #expect(refusal(engine, request) != nil)
  }

  @Test("where no budget helps, and without any cache for budgets, none is recommended")
  func noBudget() throws {
    let engine = try makeEngine(settings(pool: 100_000))
    for cache in [CacheRequest(), CacheRequest(policy: "h2o", budget: .slots(64), scope: .generated)] {
      guard case .cacheTooLarge(_, _, nil)? = refusal(engine, Tiny.request(900, new: 9, cache: cache)) else {
        Issue.record("not refused, or with a budget")
        continue
      }
    }
  }

  @Test("more than have a place or may wait are turned away until some have been let in")
  func queueFull() async throws {
    let engine = try makeEngine(
      settings {
        $0.maxSequences = 1
        $0.maxQueue = 1
      })
    let streams = try [engine.submit(Tiny.request(4, new: 3)), engine.submit(Tiny.request(5, new: 3))]
    #expect(try refusal(of: Tiny.request(4, new: 3), by: engine) == .requests)
    #expect(engine.statistics.waiting == 2)
    let running = Task { await engine.run() }
    for stream in streams { #expect(await Outcome(stream).tokens.count == 3) }
    #expect(await Outcome(try engine.submit(Tiny.request(4, new: 3))).tokens.count == 3)
    engine.stop()
    await running.value
  }

  @Test("sequences of one request that could never be here together are refused at once, with the numbers")
  func together() throws {
    let request = Tiny.request(40, new: 8)
    let one = try makeEngine(settings()).plan(request).peakBytes
    let engine = try makeEngine(
      settings(pool: 2 * one) {
        $0.maxQueueTokens = 100
        $0.maxQueuePools = 2
        $0.maxPerClient = 3
      })
    func refusal(_ count: Int, _ client: Client?) -> AdmissionError? {
      do throws(AdmissionError) {
        try engine.checkTogether(Array(repeating: request, count: count), client: client)
        return nil
      } catch { return error }
    }
    #expect(refusal(2, Client(name: "a")) == nil && refusal(1, Client(name: "a", limit: 0)) == nil)
    #expect(
      refusal(2, Client(name: "a", limit: 1))
        == .neverTogether("places of this client", needed: 2, limit: 1))
    #expect(
      refusal(4, Client(name: "a")) == .neverTogether("places of this client", needed: 4, limit: 3))
    #expect(refusal(3, nil) == .neverTogether("prompt tokens", needed: 120, limit: 100))
    let wide = try makeEngine(settings(pool: 2 * one) { $0.maxQueuePools = 2 })
    #expect(throws: AdmissionError.neverTogether("bytes of KV cache", needed: 5 * one, limit: 4 * one)) {
      try wide.checkTogether(Array(repeating: request, count: 5), client: nil)
    }
  }

  @Test("prompt tokens and bytes that wait are bounded too, but one request of any size may wait alone")
  func queueMeasures() async throws {
    let one = try makeEngine(settings()).plan(Tiny.request(40, new: 8)).peakBytes
    for measure in [QueueMeasure.promptTokens, .cacheBytes] {
      let engine = try makeEngine(
        settings(pool: 2 * one) {
          $0.maxQueueTokens = measure == .promptTokens ? 30 : 1000
          $0.maxQueuePools = 1
        })
      let first = try engine.submit(Tiny.request(40, new: 8))
      if measure == .cacheBytes { _ = try engine.submit(Tiny.request(40, new: 8)) }
      #expect(try refusal(of: Tiny.request(40, new: 8), by: engine) == measure)
      withExtendedLifetime(first) {}
    }
  }

  @Test("a client has no more requests here than one may have, and another client is not concerned")
  func perClient() async throws {
    try await withEngine(settings { $0.maxPerClient = 2 }) { engine in
      func request(_ client: String?) -> SequenceRequest {
        var request = Tiny.request(4, new: 400)
        request.client = client.map { Client(name: $0) }
        return request
      }
      var streams = try [engine.start(request("a")), engine.start(request("a"))]
      #expect {
        _ = try engine.start(request("a"))
      } throws: { error in
        guard case .clientLimit(2, let seconds) = error as? AdmissionError else { return false }
        return (1...60).contains(seconds)
      }
      streams.append(try engine.start(request("b")))
      streams.append(try engine.start(request(nil)))
      streams[0].end()
      #expect(await Outcome(streams[0].events).reason == .cancelled)
      // Who is told of the end may ask anew at once.
      for _ in 0..<500 {
        let next = try engine.start(request("a"))
        next.end()
        _ = await Outcome(next.events)
      }
    }
  }

  @Test("a client's own limit beats the one for everybody", arguments: [1, 3])
  func ownLimit(_ limit: Int) async throws {
    try await withEngine(settings { $0.maxPerClient = 2 }) { engine in
      var request = Tiny.request(4, new: 400)
      request.client = Client(name: "a", limit: limit)
      let streams = try (0..<limit).map { _ in try engine.start(request) }
      #expect {
        _ = try engine.start(request)
      } throws: { error in
        guard case .clientLimit(limit, _) = error as? AdmissionError else { return false }
        return true
      }
      withExtendedLifetime(streams) {}
    }
  }

  private func refusal(of request: SequenceRequest, by engine: Engine) throws -> QueueMeasure? {
    do {
      _ = try engine.submit(request)
    } catch {
      guard case .queueFull(let measure, _, let seconds) = error else { throw error }
      #expect((1...60).contains(seconds))
      return measure
    }
    return nil
  }
}
