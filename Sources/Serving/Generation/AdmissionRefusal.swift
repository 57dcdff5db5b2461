import Caching
import Inference
import OpenAIAPI

extension APIError {
  static let stoppingRetrySeconds = 5

  /// The answer to all that comes once the server stops.
  static let stopping = APIError(.stopping, prompt: "")

  /// The last event of a stream that the server's end cuts short.
  static let cutShort = APIError.serviceUnavailable(
    "the server has stopped before the answer was complete", retryAfterSeconds: stoppingRetrySeconds)

  /// What a client is told when the engine refuses its request; `prompt` is the field that holds the prompt.
  init(_ error: AdmissionError, prompt: String) {
    self =
      switch error {
      case .contextExceeded(let promptTokens, let maxTokens, let contextLength):
        .contextLengthExceeded(
          contextTokens: contextLength, promptTokens: promptTokens, completionTokens: maxTokens, param: prompt
        )
      case .slotsExceedContext:
        .invalidRequest(error.description, param: "kv_cache", code: "context_length_exceeded")
      case .emptyPrompt, .tokenOutsideVocabulary:
        .invalidRequest(error.description, param: prompt, code: "invalid_value")
      case .notResumable:
        .invalidRequest(error.description, param: "session", code: "session_mismatch")
      case .cache(.savedUnusable):
        .invalidRequest(error.description, param: "session", code: "session_incompatible")
      case .cache(let cache):
        .invalidRequest(
          error.description, param: "kv_cache" + (cache.option.map { "." + $0 } ?? ""),
          code: "invalid_kv_cache")
      case .strideTooLong:
        .invalidRequest(error.description, param: "kv_cache.stride", code: "invalid_kv_cache")
      case .cacheTooLarge:
        .invalidRequest(error.description, param: "kv_cache", code: "kv_cache_too_large")
      case .neverTogether:
        .invalidRequest(error.description, param: prompt, code: "invalid_value")
      case .queueFull(_, _, let seconds), .clientLimit(_, let seconds):
        .rateLimitExceeded(error.description, retryAfterSeconds: seconds)
      case .stopping:
        .serviceUnavailable(error.description, retryAfterSeconds: Self.stoppingRetrySeconds)
      }
  }
}
