/// When a sequence evicts and down to what: the arithmetic behind a plan.
///
/// A prompt starts with a dense part, which may come in any pieces as long as nothing in it is counted; then come chunks of exactly
/// `stride` tokens (the last may be shorter), each followed by an eviction (in `soft` mode only the last); then single tokens, every
/// `interval`-th followed by an eviction. Limits are what a head keeps on average: a layer's differs by its allocator's offset, and
/// in layers with a sliding window no more than `window` slots remain after any step.
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
  var mode = EvictionMode.hard
  /// Generated tokens from one eviction to the next.
  var interval = 1
  /// Whether queries count from the first token on.
  var keepsAttention = false
  /// Tokens of a chunk of the dense part, if its queries count.
  var denseChunk = 1
  /// The smallest and the largest offset of a layer.
  var offsets = 0...0
  /// Tokens of a later prompt that a saved cache is still to be fed: in chunks, but by the rules of generated tokens.
  var resumed: Range<Int>?
  /// Slots that remain in layers with a sliding window: those that the next token sees; nil if no token ever leaves it.
  var window: Int?

  /// Position from which queries are counted in the statistics, without a gap from then on; nil if no budget evicts.
  ///
  /// The last end of a chunk up to which no budget does: windows may have evicted before.
  var firstCounted: Int? {
    guard hasLimits else { return nil }
    if keepsAttention { return 0 }
    return withinBudgets == promptTokens
      ? promptTokens : denseTokens + (withinBudgets - denseTokens) / stride * stride
  }

  /// Whether a budget ever evicts.
  var hasLimits: Bool { prefillLimit != nil || decodeLimit != nil }

  /// First tokens of the prompt that the budget of every layer has room for.
  var withinBudgets: Int { kept(offset: offsets.lowerBound, window: nil) }

  /// Tokens that end the dense part of the prompt.
  var denseTokens: Int { min(withinBudgets, window ?? .max) }

  /// Slots that a head keeps of the prompt.
  private func kept(offset: Int, window: Int?) -> Int {
    min(prefillLimit.map { $0 + offset } ?? .max, window ?? .max, promptTokens)
  }

  /// Largest number of slots that a head holds whose limits differ by `offset`.
  ///
  /// In the prompt `min(limit + stride, prompt)`, without a limit, or in `soft` mode by the budget's, all of it; after it the
  /// generated tokens are added, up to the limit and those that are fed until the next eviction. A saved cache has its prompt behind it.
  func peakSlots(offset: Int, isWindowed: Bool = false) -> Int {
    let window = isWindowed ? window : nil
    let generating = min(
      decodeLimit.map { $0 + offset + mostOver } ?? .max, window.map { $0 + mostAtOnce } ?? .max,
      kept(offset: offset, window: window) + maxNewTokens)
    guard resumed == nil else { return generating }
    let limit = Least.of(mode == .hard ? prefillLimit.map { $0 + offset } : nil, window)
    return max(min(limit.map { $0 + stride } ?? .max, promptTokens), generating)
  }

  /// Most tokens of one forward after the prompt.
  private var mostAtOnce: Int { resumed.map { min(stride, $0.count) } ?? 1 }

  /// Most slots above the budget's limit that are fed between two of its evictions after the prompt.
  private var mostOver: Int { interval - 1 + mostAtOnce }

  /// Most slots that one eviction takes from a head whose limits never change.
  var mostVictims: Int {
    let decode = max(decodeLimit == nil ? 0 : mostOver, window == nil ? 0 : mostAtOnce)
    guard prefillLimit != nil || window != nil else { return decode }
    // A cache that was saved at the end of its prompt has a hole.
    guard resumed == nil else { return max(1, decode) }
    let chunk = mode == .hard || window != nil ? stride : 0
    return max(chunk, mode == .soft ? promptTokens - withinBudgets : 0, decode)
  }

  /// What remains once `fed` tokens have been fed; nil if no eviction follows.
  func limits(fed: Int) -> StepLimits? {
    let limits = StepLimits(budget: limit(fed: fed), window: window.flatMap { fed > $0 ? $0 : nil })
    return limits == StepLimits(budget: nil, window: nil) ? nil : limits
  }

  /// Slots that the budget leaves a head on average once `fed` tokens have been fed; nil if its eviction is not due.
  func limit(fed: Int) -> Int? {
    if fed <= promptTokens {
      return fed > denseTokens && (mode == .hard || fed == promptTokens) ? prefillLimit : nil
    }
    return (fed - promptTokens) % interval == 0 ? decodeLimit : nil
  }

  /// Whether a chunk that ends at `fed` tokens may be followed by evictions, now or later.
  func counts(fed: Int) -> Bool {
    guard let firstCounted, fed > firstCounted else { return false }
    return fed <= promptTokens ? prefillLimit != nil || keepsAttention : decodeLimit != nil
  }

  /// Whether anything is evicted after the prompt.
  private var evictsLater: Bool { decodeLimit != nil || window != nil }

  /// Tokens of the longest chunk that must stay whole; 0 if the prompt may come in any pieces.
  var longestChunk: Int {
    if let resumed { return evictsLater ? min(stride, resumed.count) : 0 }
    let evicting = min(stride, promptTokens - denseTokens)
    return firstCounted == 0 ? max(evicting, min(denseChunk, denseTokens)) : evicting
  }

  /// Prompt tokens for the next forward; 0 if a chunk that must stay whole does not fit.
  func nextChunk(fed: Int, atMost: Int) -> Int {
    if let resumed {
      return nextResumedChunk(left: max(0, resumed.upperBound - fed), fed: fed, atMost: atMost)
    }
    let left = max(0, promptTokens - fed)
    let dense = denseTokens - fed
    if dense > 0, firstCounted != 0 { return min(dense, max(0, atMost)) }
    let chunk = dense > 0 ? min(denseChunk, dense) : min(stride, left)
    return chunk <= atMost ? chunk : 0
  }

  /// A chunk that reaches the next eviction ends at one, so that evictions fall where they would if the tokens had come singly.
  private func nextResumedChunk(left: Int, fed: Int, atMost: Int) -> Int {
    guard evictsLater else { return min(left, max(0, atMost)) }
    let most = min(stride, left)
    let untilEviction = interval - (fed - promptTokens) % interval
    let chunk =
      most < untilEviction ? most : untilEviction + (most - untilEviction) / interval * interval
    return chunk <= atMost ? chunk : 0
  }

  /// Slots that a head holds whose limits have always differed by `offset`, once the prompt and `fed` tokens in all have been fed.
  func slots(fed: Int, offset: Int, isWindowed: Bool = false) -> Int {
    let window = isWindowed ? window : nil
    let generated = fed - promptTokens
    let kept = kept(offset: offset, window: window)
    let beforeEviction = generated / interval * interval
    guard let decodeLimit, beforeEviction > 0 else { return min(kept + generated, window ?? .max) }
    return min(
      min(kept + beforeEviction, decodeLimit + offset) + generated - beforeEviction, window ?? .max)
  }

  /// Tokens that the head of least room holds before anything generated is evicted; nil if nothing is.
  var leastDecodeLimit: Int? { Least.of(decodeLimit.map { $0 + offsets.lowerBound }, window) }
}

extension EvictionSchedule {
  /// No eviction by a budget.
  static func full(promptTokens: Int, maxNewTokens: Int, stride: Int) -> Self {
    Self(
      promptTokens: promptTokens, maxNewTokens: maxNewTokens, stride: stride, prefillLimit: nil,
      decodeLimit: nil, windowBudget: promptTokens + maxNewTokens)
  }

  /// Kvota's own schedule: what remains is the budget, exactly.
  ///
  /// The prompt is evicted where it exceeds the budget of the layer that has least.
  static func exact(
    budget: Int, scope: BudgetScope, stride: Int, promptTokens: Int, maxNewTokens: Int,
    offsets: ClosedRange<Int> = 0...0
  ) -> Self {
    let prefillLimit = scope != .generated && budget + offsets.lowerBound < promptTokens ? budget : nil
    let decodeLimit: Int? =
      switch scope {
      case .total: budget
      case .generated: promptTokens + budget
      case .prefill: nil
      }
    return Self(
      promptTokens: promptTokens, maxNewTokens: maxNewTokens, stride: stride, prefillLimit: prefillLimit,
      decodeLimit: decodeLimit, windowBudget: budget, offsets: offsets)
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
