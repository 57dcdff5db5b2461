/// What the engine tells of a sequence: its tokens one by one, then its end.
///
/// The stream ends after `finished`.
package enum TokenEvent: Sendable, Equatable {
  case token(Int32)
  /// What the model gave the prompt's tokens, from the second on, in pieces; only if asked for.
  case promptScores([TokenScore])
  /// What it gave the token that comes next, or, if the end comes next, the stop token; only if asked for.
  case score(TokenScore)
  /// Before the end, if it was asked for and the sequence was not cancelled.
  case saved(SavedSequence)
  case finished(FinishReason, SequenceUsage)
}

/// Why a sequence ended.
package enum FinishReason: String, Sendable, CaseIterable {
  /// A stop token came.
  case stop
  /// The tokens asked for, or the cache's hard limit, were reached.
  case length
  /// The receiver went away, or the server is stopping.
  case cancelled
}

/// What a sequence took, in tokens, slots, bytes and seconds.
package struct SequenceUsage: Sendable, Equatable {
  package var promptTokens = 0
  /// Prompt tokens that were not computed, since they were in the prefix cache or in a saved one.
  package var cachedTokens = 0
  package var generatedTokens = 0
  package var policy = ""
  /// Slots that each (layer, KV head) was allowed; nil without a budget.
  package var budgetSlots: Int?
  /// Slots that each head was allowed at first, before others needed some of them.
  package var firstBudgetSlots: Int?
  /// Slots that each head held at the end.
  package var residentSlots = 0
  /// Slots that each head gave up.
  package var evictedSlots = 0
  /// Slots that pins kept in each head.
  package var pinnedSlots = 0
  /// Most bytes that the cache could take: what was reserved for it.
  package var peakBytes = 0
  /// Tokens that were guessed and were right, and those that were wrong.
  package var acceptedGuesses = 0
  package var rejectedGuesses = 0
  /// Seconds from submission to admission, from there to the first token, and from there to the end.
  package var queueSeconds = 0.0
  package var prefillSeconds = 0.0
  package var decodeSeconds = 0.0

  package init() {}
}
