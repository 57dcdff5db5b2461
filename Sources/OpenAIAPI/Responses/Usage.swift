/// What a request has used: tokens as OpenAI counts them, and its KV cache.
package struct Usage: Equatable, Sendable {
  /// Tokens that were guessed ahead of the model.
  package struct Guesses: Equatable, Sendable {
    /// Right ones, which are among the completion's tokens.
    package var accepted: Int
    package var rejected: Int

    package init(accepted: Int, rejected: Int) {
      self.accepted = accepted
      self.rejected = rejected
    }
  }

  /// Tokens of the prompt.
  package var promptTokens: Int

  /// Tokens generated.
  package var completionTokens: Int

  /// Prompt tokens that were not computed, because a cache had them.
  package var cachedTokens: Int

  /// Nil where none were asked for.
  package var guesses: Guesses?

  /// The KV cache; nil where there was none.
  package var cache: CacheUsage?

  /// Makes a usage of its counts.
  package init(promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0, cache: CacheUsage? = nil) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cachedTokens = cachedTokens
    self.cache = cache
  }

  /// The `usage` object.
  package var json: JSONValue {
    var object: JSONObject = [
      "prompt_tokens": .integer(promptTokens),
      "completion_tokens": .integer(completionTokens),
      "total_tokens": .integer(promptTokens + completionTokens),
      "prompt_tokens_details": ["cached_tokens": .integer(cachedTokens)],
    ]
    if let guesses {
      object["completion_tokens_details"] = [
        "accepted_prediction_tokens": .integer(guesses.accepted),
        "rejected_prediction_tokens": .integer(guesses.rejected),
      ]
    }
    object["kv_cache"] = cache?.json
    return .object(object)
  }
}

/// What a request's KV cache was and did.
package struct CacheUsage: Equatable, Sendable {
  /// The eviction policy that ran.
  package var policy: String

  /// The budget in slots for each layer and KV head; nil if there is none.
  package var budgetSlots: Int?

  /// The budget at first, where others have needed some of it since.
  package var shrunkFrom: Int?

  /// Slots for each layer and KV head that are live at the end.
  package var residentSlots: Int

  /// Slots for each layer and KV head that were evicted.
  package var evictedSlots: Int

  /// Slots for each layer and KV head that pins keep.
  package var pinnedSlots: Int

  /// The most bytes that the cache held.
  package var peakBytes: Int

  /// Makes a cache usage of its counts.
  package init(
    policy: String, budgetSlots: Int?, residentSlots: Int, evictedSlots: Int, pinnedSlots: Int = 0,
    peakBytes: Int
  ) {
    self.policy = policy
    self.budgetSlots = budgetSlots
    self.residentSlots = residentSlots
    self.evictedSlots = evictedSlots
    self.pinnedSlots = pinnedSlots
    self.peakBytes = peakBytes
  }

  /// The `usage.kv_cache` object.
  package var json: JSONValue {
    var object: JSONObject = [
      "policy": .string(policy), "budget": JSONValue(budgetSlots), "resident": .integer(residentSlots),
      "evicted": .integer(evictedSlots), "pinned": .integer(pinnedSlots), "peak_bytes": .integer(peakBytes),
    ]
    if let shrunkFrom { object["shrunk_from"] = .integer(shrunkFrom) }
    return .object(object)
  }
}
