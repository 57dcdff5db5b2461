package import Kernels

/// The limits an engine works within.
package struct EngineSettings: Sendable, Equatable {
  /// Bytes of all sequences' caches together.
  package var kvPoolBytes: Int
  /// How keys and values are stored.
  package var kvType = KeyValueType.f16
  /// Sequences that compute at the same time.
  package var maxSequences = 32
  /// Requests that may wait for admission beyond those for whom a place is free; 0 lets none wait.
  package var maxQueue = 256
  /// Prompt tokens of one step: longer prompts are fed in chunks, so that running sequences go on.
  package var prefillTokens = 256
  /// Tokens of a sequence, prompt included; nil for what the model was trained with.
  package var contextLength: Int?
  /// Compute threads.
  package var threads: Int

  package init(kvPoolBytes: Int, threads: Int) {
    self.kvPoolBytes = kvPoolBytes
    self.threads = threads
  }
}
