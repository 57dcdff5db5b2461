package import Caching

/// Why a request is refused at once.
package enum AdmissionError: Error, Equatable, CustomStringConvertible {
  /// Prompt and new tokens do not fit the model's (or the configured) context.
  case contextExceeded(promptTokens: Int, maxTokens: Int, contextLength: Int)
  /// The slots that a cache with positions of its own may hold at once do not fit the context.
  case slotsExceedContext(peakSlots: Int, contextLength: Int)
  case emptyPrompt
  case tokenOutsideVocabulary(Int32, vocabularySize: Int)
  case cache(CacheError)
  /// The chunks that evict are longer than a step.
  case strideTooLong(stride: Int, most: Int)
  /// The cache would never fit the pool; `largestBudget` would, in slots.
  case cacheTooLarge(peakBytes: Int, poolBytes: Int, largestBudget: Int?)
  /// The prompt does not go on from the tokens of the saved cache: it differs, or ends, at this position.
  case notResumable(Int)
  /// The queue has as much as it may have of one measure; at the rate of late it is done in `retrySeconds`.
  case queueFull(QueueMeasure, QueueLoad, retrySeconds: Int)
  /// The client has as many requests here as one may have.
  case clientLimit(Int, retrySeconds: Int)
  /// These requests would never be here together: of a measure they need more than one may have.
  case neverTogether(String, needed: Int, limit: Int)
  case stopping

  package var description: String {
    switch self {
    case .contextExceeded(let promptTokens, let maxTokens, let contextLength):
      "the context holds \(contextLength) tokens, fewer than \(promptTokens) in the prompt + \(maxTokens) to generate; "
        + "shorten the prompt or ask for fewer tokens"
    case .slotsExceedContext(let peakSlots, let contextLength):
      "with positions=cache the tokens that are held at the same time must fit the context of \(contextLength), and here"
        + " \(peakSlots) may be; lower the budget, or ask for fewer tokens if the policy keeps them all"
    case .emptyPrompt:
      "the prompt has no tokens; expected at least 1"
    case .tokenOutsideVocabulary(let token, let size):
      "token \(token) is outside the vocabulary; expected 0 to \(size - 1)"
    case .cache(let error):
      error.description
    case .strideTooLong(let stride, let most):
      "stride is \(stride); expected at most \(most), the tokens of one step"
    case .cacheTooLarge(let peakBytes, let poolBytes, let largestBudget):
      "the KV cache would take up to \(peakBytes) bytes, and the pool has \(poolBytes); "
        + (largestBudget.map { "a budget of \($0) slots would fit" }
          ?? "ask for fewer tokens or a smaller budget")
    case .notResumable(let position):
      "the prompt does not go on from the tokens that were saved: it differs from them, or ends, at token \(position)"
    case .queueFull(let measure, let load, let seconds):
      "the queue is full: \(load.requests) requests with \(load.promptTokens) prompt tokens and \(load.cacheBytes) bytes of"
        + " KV cache are waiting, and this one would pass the limit of \(measure.rawValue); try again in \(seconds) s"
    case .clientLimit(let limit, let seconds):
      "this client has \(limit) requests here already, which is the most that one may have; wait for one to end, or try"
        + " again in \(seconds) s"
    case .neverTogether(let measure, let needed, let limit):
      "together the sequences of this request need \(needed) \(measure), and at most \(limit) may be here at the same time; ask"
        + " for fewer in one request"
    case .stopping:
      "the server is stopping and takes no new requests"
    }
  }
}
