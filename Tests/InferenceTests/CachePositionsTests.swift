import Caching
import ModelFixtures
import Testing

@testable import Inference

@Suite struct CachePositionsTests {
  private static let context = 64

  /// An engine of a model with a short context, and no more memory than one endless sequence may take.
  private func withShortModel<Result: Sendable>(
    pool: Int = 64 << 20, _ body: (Engine) async throws -> Result
  ) async throws -> Result {
    var tiny = Tiny.model
    tiny.contextLength = Self.context
    let file = try TemporaryFile(tiny.make().file.bytes())
    return try await withEngine(settings(pool: pool), path: file.path, body)
  }

  private func request(
    _ prompt: Int, new: Int, _ policy: String = "streaming", budget: CacheBudget? = .slots(32),
    scope: BudgetScope? = nil
  ) -> SequenceRequest {
    var cache = CacheRequest(policy: policy, budget: budget, scope: scope)
    cache.positions = .cache
    return Tiny.request(prompt, new: new, cache: cache)
  }

  @Test(
    "a text goes on past the model's context in bounded memory, and ends by its token limit",
    arguments: [10, 150])
  func endless(prompt: Int) async throws {
    let request = request(prompt, new: 300)
    let plan = try await withShortModel { try $0.plan(request) }
    let outcome = try await withShortModel(pool: plan.peakBytes) { try await outcomes([request], of: $0)[0] }
    #expect(outcome.reason == .length && outcome.tokens.count == 300)
    #expect(outcome.usage.residentSlots == 32 && outcome.usage.evictedSlots == prompt + 299 - 32)
    #expect(plan.peakSlots <= Self.context)
  }

  /// Most slots that a request's cache holds at once, or why it is refused.
  private func peakSlots(_ request: SequenceRequest) async throws -> Result<Int, AdmissionError> {
    try await withShortModel { engine in
      Result { () throws(AdmissionError) in try engine.plan(request).peakSlots }
    }
  }

  @Test("slots that would be held at once must fit the context, whatever keeps them")
  func bounded() async throws {
    let tooMany = AdmissionError.slotsExceedContext(peakSlots: 65, contextLength: Self.context)
    for (new, expected) in [(24, .success(64)), (25, .failure(tooMany))]
      as [(Int, Result<Int, AdmissionError>)]
    {
      #expect(try await peakSlots(request(40, new: new, "full", budget: nil)) == expected)
      #expect(try await peakSlots(request(200, new: new + 8, "tova", scope: .prefill)) == expected)
    }
    #expect(
      try await peakSlots(request(40, new: 5000, budget: .slots(23), scope: .generated)) == .success(64))
    #expect(
      try await peakSlots(request(40, new: 5000, budget: .slots(24), scope: .generated)) == .failure(tooMany))
  }

  @Test("with original positions the context holds for the whole sequence")
  func original() async throws {
    var request = request(10, new: 300)
    request.cache.positions = .original
    let tooLong = AdmissionError.contextExceeded(
      promptTokens: 10, maxTokens: 300, contextLength: Self.context)
    #expect(try await peakSlots(request) == .failure(tooLong))
  }
}
