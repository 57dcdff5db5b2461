package import Caching
package import Grammars

/// What the engine is asked to generate: token ids only, everything checked by the caller but what depends on the model and the pool.
package struct SequenceRequest: Sendable {
  package var prompt: [Int32]
  /// Most tokens to generate; 0 only fills the cache.
  package var maxTokens: Int
  /// Tokens to generate before a stop token may come.
  package var minTokens = 0
  /// Tokens that end the text and are not part of it.
  package var stopTokens: [Int32]
  package var sampling: SamplingParameters
  package var cache: CacheRequest
  /// What the generated text has to be; its end tokens must be among `stopTokens`.
  package var grammar: TokenGrammar?
  /// What is to be told of the tokens' probabilities; nil for nothing.
  package var scoring: ScoringRequest?
  /// What the prompt begins with and need not be computed again.
  package var resuming: SavedSequence?
  /// Whether the receiver gets the cache at the end.
  package var savesCache = false
  /// Most tokens to guess in a step by looking up what followed the last ones before; 0 for none.
  package var speculation = 0
  /// Earlier if lower: one is worth ten seconds of waiting.
  package var priority = 0
  /// Whether its cache may begin with what others have computed, and may be kept for others.
  package var reusesPrefixes = true
  /// By whom it may be followed; nil if by nobody.
  package var watch: SequenceWatch?
  /// Whose request it is, where the engine limits how many one may have at a time.
  package var client: Client?

  package init(
    prompt: [Int32], maxTokens: Int, stopTokens: [Int32] = [], sampling: SamplingParameters = .init(),
    cache: CacheRequest = .init()
  ) {
    self.prompt = prompt
    self.maxTokens = maxTokens
    self.stopTokens = stopTokens
    self.sampling = sampling
    self.cache = cache
  }

  /// Whether each of the prompt's tokens must be computed here.
  var scoresPrompt: Bool { scoring?.includesPrompt == true }

  /// What it adds to the queue while it waits.
  func load(_ plan: CachePlan) -> QueueLoad {
    QueueLoad(requests: 1, promptTokens: prompt.count, cacheBytes: plan.peakBytes)
  }
}
