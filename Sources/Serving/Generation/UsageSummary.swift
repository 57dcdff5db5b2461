import Inference
import OpenAIAPI

extension Usage {
  /// What all choices of a request used together.
  ///
  /// A prompt's tokens count once, however many choices it has. Of the cache, `resident`, `evicted`,
  /// `pinned` and `peak_bytes` are sums over the sequences, as each has a cache of its own; `budget` is one sequence's, the
  /// largest if a share of the prompt made them differ.
  init(_ request: GenerationRequest, _ ends: [ChoiceEnd]) {
    let usages = ends.map(\.usage)
    self.init(
      promptTokens: request.promptTokens, completionTokens: ends.reduce(0) { $0 + $1.tokens },
      cachedTokens: usages.map(\.cachedTokens).max() ?? 0,
      cache: usages.first.map { first in
        CacheUsage(
          policy: first.policy, budgetSlots: usages.compactMap(\.budgetSlots).max(),
          residentSlots: usages.reduce(0) { $0 + $1.residentSlots },
          evictedSlots: usages.reduce(0) { $0 + $1.evictedSlots },
          pinnedSlots: usages.reduce(0) { $0 + $1.pinnedSlots },
          peakBytes: usages.reduce(0) { $0 + $1.peakBytes })
      })
  }
}
