/// What is asked of a model's rotary positions in place of what its file says.
package struct RotarySettings: Sendable, Equatable {
  /// Ways to reach beyond the context of the training.
  package enum Scaling: String, CaseIterable, Sendable {
    /// As trained.
    case none
    /// Positions are divided by the factor (arXiv 2306.15595).
    case linear
    /// A larger base: what dynamic NTK scaling has at the full length of the context times the factor.
    ///
    /// It is fixed from the first token on: were it to follow the length, keys in the cache would not fit later queries.
    case ntk
    /// Slow pairs are divided by the factor, fast ones kept (arXiv 2309.00071).
    case yarn
  }

  /// In place of the file's own, with all that belongs to it.
  package var scaling: Scaling?
  /// By how much the context of the training is exceeded; at least 1.
  package var factor: Double?
  /// In place of the file's.
  package var base: Double?
  /// Most tokens of a sequence, where that is known to be fewer than the model allows.
  package var contextLength: Int?

  package init() {}

  var replacesAnything: Bool { scaling != nil || factor != nil || base != nil }

  /// Refuses a factor without a kind of scaling, or the other way round.
  package func check() throws(ModelError) {
    let isScaled = (scaling ?? .none) != .none
    guard isScaled == (factor != nil) else {
      throw .rotary(
        "a kind of RoPE scaling (linear, ntk, yarn) and a factor belong together: set both or none")
    }
    guard (1...1024).contains(factor ?? 1) else {
      throw .rotary("the RoPE factor is \(factor ?? 1); expected 1 to 1024")
    }
    guard (1...1e12).contains(base ?? 10_000) else {
      throw .rotary("the RoPE base is \(base ?? 10_000); expected 1 to 1e12, such as 10000")
    }
  }
}
