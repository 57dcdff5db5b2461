package import Caching
package import Kernels
package import Models

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
  /// Prompt tokens that may wait; a request that is larger may wait alone.
  package var maxQueueTokens = 1 << 20
  /// Peak bytes of the caches that may wait, as a multiple of the pool.
  package var maxQueuePools = 16
  /// Requests of one client, running and waiting; nil for no limit.
  package var maxPerClient: Int?
  /// Most prompt tokens of one step: longer prompts are fed in chunks, so that running sequences go on.
  package var prefillTokens = 256
  /// Rows of logits of a step, guesses included: more sequences than that leave no room for guesses.
  let speculationRows = 16
  /// Most rows of logits of a step.
  var logitsRows: Int { max(maxSequences, speculationRows) }
  /// Most tokens of a step.
  var stepTokens: Int { prefillTokens + logitsRows }
  /// Seconds that a step should last at most while streams run.
  package var stepSeconds = 0.05
  /// Whether prompts that begin alike share what was computed of them.
  package var prefixCache = true
  /// What a request gets that says a budget and nothing else: which budget of it would fit is told those that are too large without one.
  package var budgetedCache: CacheRequest?
  /// Tokens of a sequence, prompt included; nil for what the model was trained with.
  package var contextLength: Int?
  /// How positions rotate keys, in place of what the file says.
  package var rotary = RotarySettings()
  /// Compute threads.
  package var threads: Int

  /// Peak bytes of the caches that may wait.
  var maxQueueBytes: Int {
    let (bytes, overflow) = kvPoolBytes.multipliedReportingOverflow(by: maxQueuePools)
    return overflow ? .max : bytes
  }

  package init(kvPoolBytes: Int, threads: Int) {
    self.kvPoolBytes = kvPoolBytes
    self.threads = threads
  }
}
