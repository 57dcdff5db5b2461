/// When a sequence evicts and down to what: the arithmetic behind a plan.
///
/// A prompt starts with a dense part, which may come in any pieces as long as nothing in it is counted; then come chunks of exactly
/// `stride` tokens (the last may be shorter), each followed by an eviction (in `soft` mode only the last); then single tokens, every
/// `interval`-th followed by an eviction. Limits are what a head keeps on average: a layer's differs by its allocator's offset.
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

  /// Position from which queries are counted in the statistics, without a gap from then on; nil if there are no evictions.
  var firstCounted: Int? {
    guard prefillLimit != nil || decodeLimit != nil else { return nil }
    return keepsAttention ? 0 : denseTokens
  }

  /// Tokens that end the dense part of the prompt.
  var denseTokens: Int { prefillLimit.map { min($0 + offsets.lowerBound, promptTokens) } ?? promptTokens }

  /// Largest number of slots that any (layer, KV head) ever holds.
  var peakSlots: Int { peakSlots(offset: offsets.upperBound) }

  /// Largest number of slots that a head holds whose limits differ by `offset`.
  ///
  /// In the prompt `min(limit + stride, prompt)`, in `soft` mode all of it; after it the generated tokens are added, up to the limit
  /// and those that are fed until the next eviction. A saved cache has its prompt behind it.
  func peakSlots(offset: Int) -> Int {
    let kept = prefillLimit.map { min($0 + offset, promptTokens) } ?? promptTokens
    let generating =
      decodeLimit.map { min($0 + offset + mostOver, kept + maxNewTokens) } ?? kept + maxNewTokens
    guard resumed == nil else { return generating }
    let prefill = prefillLimit != nil && mode == .hard ? min(kept + stride, promptTokens) : promptTokens
    return max(prefill, generating)
  }

  /// Most slots above the limit that are fed between two evictions after the prompt.
  private var mostOver: Int {
    guard let resumed else { return interval }
    return interval - 1 + min(stride, resumed.count)
  }

  /// Most slots that one eviction takes from a head whose limits never change.
  var mostVictims: Int {
    let decode = decodeLimit == nil ? 0 : mostOver
    guard let limit = prefillLimit else { return decode }
    // A cache that was saved at the end of its prompt has a hole.
    guard resumed == nil else { return max(1, decode) }
    return max(mode == .hard ? stride : promptTokens - min(limit + offsets.lowerBound, promptTokens), decode)
  }

  /// Slots that a head keeps on average once `fed` tokens have been fed; nil if no eviction follows.
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

  /// Tokens of the longest chunk that must stay whole; 0 if the prompt may come in any pieces.
  var longestChunk: Int {
    if let resumed { return decodeLimit == nil ? 0 : min(stride, resumed.count) }
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
    guard decodeLimit != nil else { return min(left, max(0, atMost)) }
    let most = min(stride, left)
    let untilEviction = interval - (fed - promptTokens) % interval
    let chunk =
      most < untilEviction ? most : untilEviction + (most - untilEviction) / interval * interval
    return chunk <= atMost ? chunk : 0
  }

  /// Slots that a head holds whose limits have always differed by `offset`, once the prompt and `fed` tokens in all have been fed.
  func slots(fed: Int, offset: Int) -> Int {
    let generated = fed - promptTokens
    let kept = prefillLimit.map { min($0 + offset, promptTokens) } ?? promptTokens
    let beforeEviction = generated / interval * interval
    guard let decodeLimit, beforeEviction > 0 else { return kept + generated }
    return min(kept + beforeEviction, decodeLimit + offset) + generated - beforeEviction
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
