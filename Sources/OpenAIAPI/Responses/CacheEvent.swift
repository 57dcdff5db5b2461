/// One event of `/v1/kv/{request}/events`.
package enum CacheEvent: Equatable, Sendable {
  /// What is being followed; the first event.
  case start(Start)
  /// What came and went since the event before.
  case delta(Delta)
  /// How it ended; the last event.
  case end(finishReason: String, residentSlots: Int, evictedSlots: Int)

  package struct Start: Equatable, Sendable {
    package var policy: String
    package var layers: Int
    package var kvHeads: Int
    package var promptTokens: Int

    package init(policy: String, layers: Int, kvHeads: Int, promptTokens: Int) {
      self.policy = policy
      self.layers = layers
      self.kvHeads = kvHeads
      self.promptTokens = promptTokens
    }
  }

  package struct Delta: Equatable, Sendable {
    /// Tokens that have been fed: those at the positions below.
    package var fed: Int
    /// Slots that a head may hold now; nil without a budget.
    package var budgetSlots: Int?
    /// Slots that a head holds, on average, and has given up.
    package var residentSlots: Int
    package var evictedSlots: Int
    /// Tokens at the positions that no event has named so far, and the text that each completes.
    package var tokens: [Int32]
    package var texts: [String]
    /// Positions that each head has given up, layer by layer.
    package var evicted: [[Range<Int>]]

    package init(
      fed: Int, budgetSlots: Int?, residentSlots: Int, evictedSlots: Int, tokens: [Int32], texts: [String],
      evicted: [[Range<Int>]]
    ) {
      self.fed = fed
      self.budgetSlots = budgetSlots
      self.residentSlots = residentSlots
      self.evictedSlots = evictedSlots
      self.tokens = tokens
      self.texts = texts
      self.evicted = evicted
    }
  }

  /// The data of the event.
  package var json: JSONValue {
    switch self {
    case .start(let start):
      [
        "type": "start", "policy": .string(start.policy), "layers": .integer(start.layers),
        "kv_heads": .integer(start.kvHeads), "prompt_tokens": .integer(start.promptTokens),
      ]
    case .delta(let delta):
      [
        "type": "delta", "fed": .integer(delta.fed), "budget": JSONValue(delta.budgetSlots),
        "resident": .integer(delta.residentSlots), "evicted": .integer(delta.evictedSlots),
        "tokens": .array(delta.tokens.map { .integer(Int($0)) }),
        "texts": .array(delta.texts.map(JSONValue.string)),
        "evictions": .string(EvictedRuns.encode(delta.evicted)),
      ]
    case .end(let reason, let resident, let evicted):
      [
        "type": "end", "finish_reason": .string(reason), "resident": .integer(resident),
        "evicted": .integer(evicted),
      ]
    }
  }
}
