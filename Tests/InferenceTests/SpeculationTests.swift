import Caching
import Kernels
import Testing

@testable import Inference

@Suite("guesses from the text so far")
struct SpeculationTests {
  /// A model without training repeats itself, so that guesses are often right, and often wrong when tokens are drawn.
  private static func requests(temperature: Float) -> [SequenceRequest] {
    let caches = [
      CacheRequest(), CacheRequest(policy: "streaming", budget: .slots(200)),
      CacheRequest(policy: "streaming", budget: .slots(64)), CacheRequest(policy: "roco", budget: .slots(64)),
      CacheRequest(policy: "tova", budget: .slots(400)), CacheRequest(policy: "full", budget: .slots(170)),
    ]
    return caches.enumerated().map { index, cache in
      var request = Tiny.request(60, new: 150, seed: UInt64(index + 1), cache: cache)
      // The same few tokens over and over.
      request.prompt = (0..<60).map { Int32($0 % 5 + index) }
      (request.sampling.temperature, request.sampling.seed, request.sampling.topK) = (temperature, 7, 2)
      request.stopTokens = [3]
      request.minTokens = 90
      return request
    }
  }

  @Test(
    "the same tokens come out as without guesses, alone and in company", arguments: [0, 0.6, 1.5] as [Float],
    KeyValueType.allCases)
  func exact(temperature: Float, type: KeyValueType) async throws {
    let settings = settings { $0.kvType = type }
    let plain = Self.requests(temperature: temperature)
    let guessing = plain.map { request in
      var request = request
      request.speculation = 8
      return request
    }
    let expected = try await withEngine(settings) { try await outcomes(plain, of: $0) }
    let together = try await withEngine(settings) { try await outcomes(guessing, of: $0) }
    #expect(together == expected)
    for (request, expected) in zip(guessing, expected) {
      let alone = try await withEngine(settings) { try await outcomes([request], of: $0)[0] }
      #expect(alone == expected, "\(request.cache.policy)")
      #expect(alone.usage.residentSlots == expected.usage.residentSlots)
      #expect(alone.usage.evictedSlots == expected.usage.evictedSlots)
    }
    // The guesses were tried at all.
    #expect(together.reduce(0) { $0 + $1.usage.acceptedGuesses + $1.usage.rejectedGuesses } > 15)
  }

  @Test("guesses that are right save steps, and a cache that evicts or counts is never asked for any")
  func savesSteps() async throws {
    let stepped = try SteppedScheduler(settings())
    var request = Tiny.request(40, new: 120)
    request.prompt = Array(repeating: 9, count: 40)
    request.sampling.repetitionPenalty = 1
    request.speculation = 8
    let events = try stepped.submit(request).events
    var scored = request
    scored.cache = .init(policy: "roco", budget: .slots(32))
    let scoredEvents = try stepped.submit(scored).events
    repeat { stepped.step() } while !stepped.scheduler.isIdle
    let (outcome, other) = (await Outcome(events), await Outcome(scoredEvents))
    #expect(outcome.tokens.count == 120 && other.tokens.count == 120)
    #expect(other.usage.acceptedGuesses == 0 && other.usage.rejectedGuesses == 0)
    #expect(stepped.pool.pagesInUse == 0 && stepped.pool.usedBytes == 0)
  }

  @Test("guesses leave a row of logits to each of the others", arguments: 1...32)
  func rows(sequences: Int) throws {
    let limits = settings { $0.maxSequences = sequences }
    let server = try SimulatedServer(limits)
    for _ in 0..<sequences {
      // Its tokens are all 0: a right guess each, as that is all that is known to follow.
      var request = SequenceRequest(
        prompt: Array(repeating: 0, count: 40), maxTokens: 100, sampling: Tiny.request(1, new: 1).sampling)
      (request.speculation, request.reusesPrefixes) = (15, false)
      try server.submit(request)
    }
    repeat { server.step() } while !server.scheduler.isIdle
    #expect(server.machine.mostLogitsRows == min(2 * sequences, max(16, sequences)))
  }

  @Test("a guess is what followed the last three tokens before, the latest time they stood there")
  func lookup() {
    var lookup = PromptLookup(prompt: [1, 2, 3, 4, 5, 1, 2, 3, 6, 7, 1, 2, 3], most: 8)
    var draft: [Int32] = [3]
    lookup.guess(room: 5, into: &draft)
    #expect(draft == [3, 6, 7, 1, 2], "four at first")
    lookup.learn(right: 4, of: 4)
    draft = [3]
    lookup.guess(room: 8, into: &draft)
    #expect(draft == [3, 6, 7, 1, 2, 3], "up to the end of what is known")
    lookup.learn(right: 0, of: 5)
    draft = [3]
    lookup.guess(room: 8, into: &draft)
    #expect(draft == [3, 6])
    lookup.append(9)
    draft = [9]
    lookup.guess(room: 8, into: &draft)
    #expect(draft == [9], "2, 3, 9 is new")
  }
}
