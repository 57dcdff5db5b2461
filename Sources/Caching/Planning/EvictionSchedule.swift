/// When a sequence evicts and down to what: the arithmetic behind a plan.
///
/// A prompt starts with a dense part, which may come in any pieces, as nothing in it is counted or evicted; then come chunks of
/// exactly `stride` tokens (the last may be shorter), each followed by an eviction; then single tokens.
struct EvictionSchedule: Sendable, Equatable {
  let promptTokens: Int
  let maxNewTokens: Int
  let stride: Int
  /// Slots left after each prompt chunk; nil if the whole prompt is kept.
  let prefillLimit: Int?
  /// Slots left after each generated token; nil if generated tokens are all kept.
  let decodeLimit: Int?
  /// The B that shares of the budget (recent windows, scopes) are taken of.
  let windowBudget: Int

  /// Position from which queries are counted in the statistics, without a gap from then on; nil if there are no evictions.
  var firstCounted: Int? { prefillLimit ?? decodeLimit.map { _ in promptTokens } }

  /// Tokens that end the dense part of the prompt.
  var denseTokens: Int { prefillLimit ?? promptTokens }

  /// Largest number of slots that one (layer, KV head) ever holds.
  ///
  /// In prefill `min(limit + stride, prompt)`; after it the generated tokens are added, up to the limit and the one that is being fed.
  var peakSlots: Int {
    let prefill = prefillLimit.map { min($0 + stride, promptTokens) } ?? promptTokens
    let grown = denseTokens + maxNewTokens
    return max(prefill, decodeLimit.map { min($0 + 1, grown) } ?? grown)
  }

  /// Most slots that one eviction takes from one (layer, KV head).
  var mostVictims: Int { prefillLimit != nil ? stride : decodeLimit != nil ? 1 : 0 }

  /// Evictions due in each head that holds `resident` slots once `fed` tokens have been fed.
  func evictionsDue(resident: Int, fed: Int) -> Int {
    guard let limit = fed <= promptTokens ? prefillLimit : decodeLimit else { return 0 }
    return max(0, resident - limit)
  }

  /// Whether a chunk that ends at `fed` tokens may be followed by evictions, now or later.
  func counts(fed: Int) -> Bool { fed <= promptTokens ? prefillLimit != nil : decodeLimit != nil }

  /// Prompt tokens for the next forward; 0 if a chunk that must stay whole does not fit.
  func nextChunk(fed: Int, atMost: Int) -> Int {
    let left = max(0, promptTokens - fed)
    if fed < denseTokens { return min(denseTokens - fed, max(0, atMost)) }
    let chunk = min(stride, left)
    return chunk <= atMost ? chunk : 0
  }
}

extension EvictionSchedule {
  /// No eviction at all.
  static func full(promptTokens: Int, maxNewTokens: Int) -> Self {
    Self(
      promptTokens: promptTokens, maxNewTokens: maxNewTokens, stride: promptTokens, prefillLimit: nil,
      decodeLimit: nil, windowBudget: promptTokens + maxNewTokens)
  }

  /// Kvota's own schedule: what remains is the budget, exactly.
  static func exact(budget: Int, scope: BudgetScope, stride: Int, promptTokens: Int, maxNewTokens: Int)
    -> Self
  {
    let prefillLimit = scope != .generated && budget < promptTokens ? budget : nil
    let decodeLimit: Int? =
      switch scope {
      case .total: budget
      case .generated: promptTokens + budget
      case .prefill: nil
      }
    return Self(
      promptTokens: promptTokens, maxNewTokens: maxNewTokens, stride: stride, prefillLimit: prefillLimit,
      decodeLimit: decodeLimit, windowBudget: budget)
  }

  /// EasyKV's schedule, which pads the budget by a stride and keeps the largest size from which whole strides reach the prompt's end.
  ///
  /// Its first forwards, up to that size, evict and count nothing, so they are a dense part like any other.
  static func easyKV(budget: Int, scope: BudgetScope, stride: Int, promptTokens: Int, maxNewTokens: Int)
    -> Self
  {
    if scope == .generated || (scope == .total && budget > promptTokens) {
      return exact(
        budget: scope == .total ? budget - promptTokens : budget, scope: .generated, stride: stride,
        promptTokens: promptTokens, maxNewTokens: maxNewTokens)
    }
    let fitsPadded = scope == .prefill || budget + stride < promptTokens
    let padded = fitsPadded ? budget + stride : budget
    let remainder = ((padded - promptTokens) % stride + stride) % stride
    let kept = padded - remainder
    return Self(
      promptTokens: promptTokens, maxNewTokens: maxNewTokens, stride: stride,
      prefillLimit: kept < promptTokens ? kept : nil, decodeLimit: scope == .total ? kept : nil,
      windowBudget: padded)
  }
}
