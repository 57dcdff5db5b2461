import Caching
import Inference
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct AdmissionRefusalTests {
  @Test(
    "each refusal of the engine has its status, field and code",
    arguments: [
      (
        AdmissionError.contextExceeded(promptTokens: 90, maxTokens: 20, contextLength: 100), 400, "prompt",
        "context_length_exceeded"
      ),
      (.emptyPrompt, 400, "prompt", "invalid_value"),
      (.tokenOutsideVocabulary(9, vocabularySize: 5), 400, "prompt", "invalid_value"),
      (.cache(.budgetMissing(policy: "roco")), 400, "kv_cache.budget", "invalid_kv_cache"),
      (.cache(.impossibleShape("")), 400, "kv_cache", "invalid_kv_cache"),
      (.cache(.promptsOnly(policy: "snapkv")), 400, "kv_cache.scope", "invalid_kv_cache"),
      (.cache(.contradiction("this", "positions=cache")), 400, "kv_cache.positions", "invalid_kv_cache"),
      (.cache(.contradiction("this", "allocator=ada")), 400, "kv_cache.allocator", "invalid_kv_cache"),
      (.cache(.spansMissing), 400, "kv_cache.fair", "invalid_kv_cache"),
      (
        .cache(.outOfRange(option: "pins", value: "0..<9", expected: "")), 400, "kv_cache.pins",
        "invalid_kv_cache"
      ),
      (
        .cache(.protectedDoNotFit(budget: 9, sinks: 1, recent: 2, pinned: 3, chunk: 4, enough: 10)), 400,
        "kv_cache",
        "invalid_kv_cache"
      ),
      (.slotsExceedContext(peakSlots: 9, contextLength: 5), 400, "kv_cache", "context_length_exceeded"),
      (.strideTooLong(stride: 9, most: 5), 400, "kv_cache.stride", "invalid_kv_cache"),
      (.cacheTooLarge(peakBytes: 9, poolBytes: 5, largestBudget: 2), 400, "kv_cache", "kv_cache_too_large"),
      (.queueFull(.requests, QueueLoad(requests: 3), retrySeconds: 7), 429, nil, "rate_limit_exceeded"),
      (.stopping, 503, nil, "service_unavailable"),
    ] as [(AdmissionError, Int, String?, String)])
  func mapping(error: AdmissionError, status: Int, param: String?, code: String) {
    let answer = APIError(error, prompt: "prompt")
    #expect(answer.status == status)
    #expect(answer.param == param)
    #expect(answer.code == code)
    #expect((answer.retryAfterSeconds != nil) == (status == 429 || status == 503))
  }

  @Test("a budget that pins exceed comes with the whole sum")
  func pinnedSum() {
    let error = CacheError.protectedDoNotFit(budget: 9, sinks: 1, recent: 2, pinned: 3, chunk: 4, enough: 10)
    let message = APIError(.cache(error), prompt: "messages").message
    #expect(
      message.contains("1 sinks + 2 recent + 3 pinned + a chunk of 4 = 10") && message.contains("pin less"))
  }

  @Test("an exceeded context tells both counts")
  func counts() {
    let error = AdmissionError.contextExceeded(promptTokens: 91, maxTokens: 23, contextLength: 100)
    let message = APIError(error, prompt: "messages").message
    #expect(message.contains("91") && message.contains("23") && message.contains("100"))
  }
}
