package import Kernels

/// Which layers of a model see only the newest tokens.
package struct SlidingWindow: Sendable, Equatable {
  /// Tokens that a query sees in such a layer, its own included.
  package let tokens: Int
  /// Every so many layers the last one sees all tokens; nil if none does.
  package let globalEvery: Int?
  /// How such layers rotate; nil if as the others do.
  package let rotary: RotaryEmbedding?

  package init(tokens: Int, globalEvery: Int?, rotary: RotaryEmbedding? = nil) {
    self.tokens = tokens
    self.globalEvery = globalEvery
    self.rotary = rotary
  }

  /// Tokens before it that a query sees, and so the slots that are of use to the next one; at least 1, as no head is ever empty.
  var earlierTokens: Int { max(1, tokens - 1) }

  /// Whether `layer` sees only the newest tokens.
  package func covers(layer: Int) -> Bool {
    guard let globalEvery else { return true }
    return layer % globalEvery != globalEvery - 1
  }
}
