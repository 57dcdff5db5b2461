import Caching
import ModelFixtures
import Testing

@testable import Inference

@Suite struct EngineTests {
  @Test("eight requests with eight caches give the same tokens alone and together", arguments: [64, 256])
  func aloneAndTogether(prefillTokens: Int) async throws {
    let limits = settings { $0.prefillTokens = prefillTokens }
    let (alone, together) = try await withEngine(limits) { engine in
      var alone: [Outcome] = []
      for request in Tiny.mixed { alone += try await outcomes([request], of: engine) }
      return (alone, try await outcomes(Tiny.mixed, of: engine))
    }
    #expect(alone == together)
    #expect(alone.allSatisfy { $0.reason == .length } && Set(alone.map(\.tokens)).count == 8)
  }

  @Test("a seed gives the same text whatever the company, another seed another")
  func seeds() async throws {
    let requests = (0..<6).map { index in
      var request = Tiny.mixed[index]
      request.sampling.temperature = 1.5
      request.sampling.seed = UInt64(index)
      return request
    }
    var other = requests[0]
    other.sampling.seed = 77
    let (alone, together, changed) = try await withEngine { [other] engine in
      (
        try await outcomes([requests[0]], of: engine), try await outcomes(requests.reversed(), of: engine),
        try await outcomes([other], of: engine)
      )
    }
    #expect(alone[0] == together[5] && changed[0] != alone[0])
  }

  @Test(
    "with a full cache the size of prompt chunks and the threads change no token", arguments: [1, 8, 100])
  func chunking(prefillTokens: Int) async throws {
    let requests = [Tiny.request(333, new: 40), Tiny.request(70, new: 60, seed: 2)]
    let whole = try await withEngine(settings { $0.threads = 1 }) { try await outcomes(requests, of: $0) }
    let cut = try await withEngine(settings { ($0.prefillTokens, $0.threads) = (prefillTokens, 3) }) {
      try await outcomes(requests, of: $0)
    }
    #expect(whole == cut && whole.allSatisfy { $0.reason == .length })
  }

  @Test(
    "a stop token ends the text and is no part of it; min tokens hold it off; 0 tokens only fill the cache")
  func endings() async throws {
    let free = Tiny.request(20, new: 40)
    let tokens = try await withEngine { try await outcomes([free], of: $0)[0].tokens }
    #expect(Set(tokens).count > 10, "a text that says nothing proves nothing")
    let stop = tokens[10]
    let first = try #require(tokens.firstIndex(of: stop))
    var (stopped, held, none) = (free, free, free)
    stopped.stopTokens = [stop]
    (held.stopTokens, held.minTokens) = ([stop], 30)
    none.maxTokens = 0
    let found = try await withEngine { [stopped, held, none] in
      try await outcomes([stopped, held, none], of: $0)
    }
    #expect(found[0].tokens == Array(tokens[..<first]) && found[0].reason == .stop)
    #expect(found[1].tokens.count >= 30 && !found[1].tokens[..<30].contains(stop))
    #expect(found[2].tokens.isEmpty && found[2].reason == .length && found[2].usage.residentSlots == 20)
  }

  @Test("full under a hard budget ends with length when the cache is full")
  func hardBudget() async throws {
    let request = Tiny.request(20, new: 100, cache: .init(budget: .slots(32)))
    let outcome = try await withEngine { try await outcomes([request], of: $0)[0] }
    // The last token is told, but needs no slot.
    #expect(outcome.reason == .length && outcome.tokens.count == 13 && outcome.usage.residentSlots == 32)
  }

  @Test("a dropped stream and a cancelled task end their sequences, and everything is given back")
  func dropped() async throws {
    let engine = try makeEngine(settings())
    let running = Task { await engine.run() }
    _ = try engine.submit(Tiny.request(10, new: 4000))
    let stream = try engine.submit(Tiny.request(10, new: 4000, seed: 2))
    let reader = Task { for await _ in stream { withUnsafeCurrentTask { $0?.cancel() } } }
    await reader.value
    engine.stop()
    await running.value
    let end = engine.statistics
    #expect(end.finished == [.cancelled: 2] && end.generatedTokens < 7000)
    #expect(end.pagesInUse == 0 && end.usedBytes == 0 && end.reservedBytes == 0 && end.waiting == 0)
  }

  @Test("stopping refuses what comes and finishes what is here")
  func stopDrains() async throws {
    let engine = try makeEngine(settings { $0.maxSequences = 2 })
    let streams = try Tiny.mixed.map { try engine.submit($0) }
    engine.stop()
    #expect(throws: AdmissionError.stopping) { try engine.submit(Tiny.mixed[0]) }
    await engine.run()
    for stream in streams { #expect(await Outcome(stream).reason == .length) }
    #expect(engine.statistics.finished == [.length: 8] && engine.statistics.waiting == 0)
  }

  @Test("no gauge leaves its bounds while requests run")
  func gauges() async throws {
    let limits = settings { $0.maxSequences = 4 }
    let worst = try await withEngine(limits) { engine in
      let streams = try (Tiny.mixed + Tiny.mixed).map { try engine.submit($0) }
      var violations = 0
      for stream in streams {
        for await _ in stream {
          let now = engine.statistics
          let isSound =
            now.usedBytes <= now.reservedBytes && now.reservedBytes <= now.poolBytes && now.running <= 4
            && now.running + now.waiting <= 16
          violations += isSound ? 0 : 1
        }
      }
      return violations
    }
    #expect(worst == 0)
  }
}
