import Caching
import GGUF
import Kernels
import ModelFixtures
import Testing

@testable import Inference

/// Sequences of a model whose tokens see 40 in each layer.
@Suite("sliding windows") struct SlidingWindowTests {
  private static let model: TinyLlama = {
    var tiny = Tiny.model
    tiny.window = 40
    return tiny
  }()

  /// A full cache, budgets above and below the window, and a sequence that stays within it.
  private static func requests(new: Int) -> [SequenceRequest] {
    let caches = [
      CacheRequest(), CacheRequest(policy: "full", stride: 8),
      CacheRequest(policy: "roco", budget: .slots(100)),
      CacheRequest(policy: "roco", budget: .slots(24)), CacheRequest(policy: "snapkv-d", budget: .slots(64)),
      CacheRequest(policy: "tova", budget: .slots(30), scope: .generated),
      CacheRequest(policy: "h2o", budget: .slots(36), scope: .prefill),
    ]
    let long = caches.enumerated().map { index, cache in
      var request = Tiny.request(100 + 7 * index, new: new, seed: UInt64(index / 2), cache: cache)
      request.scoring = ScoringRequest(top: 2, includesPrompt: false)
      return request
    }
    return long + [Tiny.request(3, new: min(new, 30), seed: 9)]
  }

  private static func withEngine<Result: Sendable>(
    _ settings: EngineSettings, _ body: (Engine) async throws -> Result
  ) async throws -> Result {
    let temporary = try TemporaryFile(model.make().file.bytes())
    return try await InferenceTests.withEngine(settings, path: temporary.path, body)
  }

  @Test(
    "company, choices of one prompt, reuse, guesses and threads change no bit",
    arguments: KeyValueType.allCases)
  func exact(type: KeyValueType) async throws {
    let plain = Self.requests(new: 60)
    let alone = try await Self.withEngine(
      settings { ($0.threads, $0.kvType, $0.prefixCache) = (1, type, false) }
    ) { engine in
      var alone: [Outcome] = []
      for request in plain { alone += try await outcomes([request], of: engine) }
      return alone
    }
    let guessing = plain.map { request in
      var request = request
      request.speculation = 8
      return request
    }
    let rounds = try await Self.withEngine(settings { ($0.threads, $0.kvType) = (3, type) }) { engine in
      var rounds: [[Outcome]] = []
      for _ in 0..<2 {
        let both = try await outcomes(guessing + guessing, of: engine)
        rounds += [Array(both.prefix(plain.count)), Array(both.suffix(plain.count))]
      }
      return rounds
    }
    for round in rounds { #expect(round == alone) }
    for (last, first) in zip(rounds[3], alone) {
      #expect(last.usage.residentSlots == first.usage.residentSlots)
      #expect(last.usage.cachedTokens > 0 || last.usage.promptTokens < 16)
    }
    // Full caches held 39 of 160 tokens, and promised hardly more than what they held.
    #expect(alone[0].usage.residentSlots == 39 && alone[0].usage.evictedSlots == 120)
    #expect(alone[0].usage.peakBytes < alone[2].usage.peakBytes)
    #expect(alone[7].usage.evictedSlots == 0)
  }

  @Test("a sequence that is saved and goes on is as one that was never interrupted")
  func saved() async throws {
    let whole = try await Self.withEngine(settings()) { try await outcomes(Self.requests(new: 60), of: $0) }
    let requests = Self.requests(new: 30).map { request in
      var request = request
      request.savesCache = true
      return request
    }
    let first = try await Self.withEngine(settings()) { try await outcomes(requests, of: $0) }
    let resumed = try zip(requests, first).map { request, outcome in
      var next = request
      next.prompt += outcome.tokens
      let saved: SavedSequence = try #require(outcome.saved)
      next.resuming = saved
      return next
    }
    let second = try await Self.withEngine(settings()) { try await outcomes(resumed, of: $0) }
    for index in requests.indices.dropLast() {
      #expect(first[index].tokens + second[index].tokens == whole[index].tokens, "\(requests[index].cache)")
      #expect(second[index].usage.residentSlots == whole[index].usage.residentSlots)
    }
    // The last one grows out of the window only now.
    #expect(second[7].tokens.count == 30 && second[7].usage.residentSlots == 39)
  }
}
