/// Part of a sequence's life in which slots are evicted.
package enum EvictionPhase: Sendable, Equatable {
  case prefill
  case decode
}

/// The slots that are no candidates in one phase: the first positions, the newest ones and those that a request pins.
struct Protection: Sendable {
  /// Positions below this one are kept: sinks, or the whole prompt where the budget counts generated tokens.
  let firstCandidate: Int
  /// Newest slots that are kept.
  let recent: Int
  let pins: Pins

  /// Positions among which the candidates are when `fed` tokens have been fed, of those from `oldest` on.
  func candidates(fed: Int, from oldest: Int = 0) -> Range<Int32> {
    let first = max(firstCandidate, oldest)
    return Int32(first)..<Int32(max(first, fed - recent))
  }
}

/// Sinks, recent windows and stride under a budget, by the request's values or by the defaults.
///
/// Defaults are scaled so that a small budget still works: sinks and windows take at most a quarter of it each (a window that is a
/// share of the budget takes its share), the stride what they leave, at most 32.
struct ProtectionDefaults {
  let request: CacheRequest
  let description: EvictionPolicyDescription

  static let sinks = 4
  static let stride = 32
  /// Tokens of a chunk after which nothing is evicted.
  static let largeStride = 128

  func sinks(under budget: Int) -> Int {
    if request.faithful { return Self.sinks }
    return request.sinks ?? min(Self.sinks, budget / 4)
  }

  func recent(in phase: EvictionPhase, under budget: Int) -> Int {
    if let recent = request.recent { return recent.slots(under: budget) }
    let window = phase == .prefill ? description.prefillRecent : description.decodeRecent
    if case .slots(let count) = window, !request.faithful { return min(count, budget / 4) }
    return window.slots(under: budget)
  }

  func stride(under budget: Int) -> Int {
    if request.faithful { return request.stride ?? Self.stride }
    if request.mode == .soft { return request.stride ?? Self.largeStride }
    let left = budget - min(budget, sinks(under: budget)) - min(budget, recent(in: .prefill, under: budget))
    return request.stride ?? max(1, min(Self.stride, left))
  }
}
