/// Down to how many slots heads are brought after a step.
struct StepLimits: Sendable, Equatable {
  /// By the budget, on average over the layers; nil while its next eviction is not due.
  let budget: Int?
  /// In layers with a sliding window, however large the budget is; nil while no token has left it.
  let window: Int?

  /// Slots that remain in a head whose budget differs by `offset`; nil for all.
  func slots(offset: Int, isWindowed: Bool) -> Int? {
    Least.of(budget.map { $0 + offset }, isWindowed ? window : nil)
  }
}

/// The least of what bounds something.
enum Least {
  /// Nil stands for no bound.
  static func of(_ bounds: Int?...) -> Int? { bounds.lazy.compactMap { $0 }.min() }
}
