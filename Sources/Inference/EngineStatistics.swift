/// Counters and gauges of an engine, as of its last step.
package struct EngineStatistics: Sendable, Equatable {
  package var running = 0
  package var waiting = 0
  package var poolBytes = 0
  /// Bytes promised to the sequences admitted.
  package var reservedBytes = 0
  /// Bytes in pages and bookkeeping now.
  package var usedBytes = 0
  package var pagesInUse = 0
  /// Bytes that are kept of prefixes, those that sequences share at present included.
  package var prefixBytes = 0
  /// Prompt tokens of the sequences that were admitted and may reuse prefixes, and those of them that were reused.
  package var prefixQueriedTokens = 0
  package var prefixReusedTokens = 0
  /// Slots that each head of the running sequences holds, by policy.
  package var residentSlots: [String: Int] = [:]
  /// Slots that each head has given up since the start, by policy.
  package var evictedSlots: [String: Int] = [:]
  package var steps = 0
  /// Seconds of all steps, and of them those in which the model computed: the rest is the scheduler's own.
  package var stepSeconds = 0.0
  package var computeSeconds = 0.0
  /// Sequences in all steps together: over `steps`, the mean batch size.
  package var sequencesStepped = 0
  package var promptTokens = 0
  package var generatedTokens = 0
  package var finished: [FinishReason: Int] = [:]
  /// Seconds of all prompts' and all generations' times.
  package var prefillSeconds = 0.0
  package var decodeSeconds = 0.0

  package init() {}
}
