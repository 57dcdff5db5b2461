import Inference
import OpenAIAPI

extension Timings {
  /// What all choices of a request took together.
  init(_ ends: [ChoiceEnd]) {
    let usages = ends.map(\.usage)
    let cached = usages.reduce(0) { $0 + $1.cachedTokens }
    self.init(
      promptTokens: usages.reduce(0) { $0 + $1.promptTokens } - cached, cachedTokens: cached,
      generatedTokens: usages.reduce(0) { $0 + $1.generatedTokens },
      queueSeconds: usages.reduce(0) { $0 + $1.queueSeconds },
      promptSeconds: usages.reduce(0) { $0 + $1.prefillSeconds },
      generationSeconds: usages.reduce(0) { $0 + $1.decodeSeconds })
  }
}

extension Usage {
  /// What all choices of a request used together.
  ///
  /// A prompt's tokens count once, however many choices it has; those that its first choice found in the prefix cache are cached. Of the cache, `resident`, `evicted`,
  /// `pinned` and `peak_bytes` are sums over the sequences, as each has a cache of its own; `budget` is one sequence's, the
  /// largest if a share of the prompt, or others' need, made them differ.
  init(_ request: GenerationRequest, _ ends: [ChoiceEnd]) {
    let usages = ends.map(\.usage)
    self.init(
      promptTokens: request.promptTokens, completionTokens: ends.reduce(0) { $0 + $1.tokens },
      cachedTokens: stride(from: 0, to: usages.count, by: request.choicesPerPrompt).reduce(0) {
        $0 + usages[$1].cachedTokens
      },
      cache: usages.first.map { first in
        CacheUsage(
          policy: first.policy, budgetSlots: usages.compactMap(\.budgetSlots).max(),
          residentSlots: usages.reduce(0) { $0 + $1.residentSlots },
          evictedSlots: usages.reduce(0) { $0 + $1.evictedSlots },
          pinnedSlots: usages.reduce(0) { $0 + $1.pinnedSlots },
          peakBytes: usages.reduce(0) { $0 + $1.peakBytes })
      })
    cache?.shrunkFrom = usages.compactMap {
      $0.budgetSlots == $0.firstBudgetSlots ? nil : $0.firstBudgetSlots
    }.max()
    guard request.sequences.contains(where: { $0.speculation > 0 }) else { return }
    guesses = Guesses(
      accepted: usages.reduce(0) { $0 + $1.acceptedGuesses },
      rejected: usages.reduce(0) { $0 + $1.rejectedGuesses })
  }
}
