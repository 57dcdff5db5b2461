import Glibc

/// Gives up the slot that has gone unnoticed for much longer than it ever did between two times of being looked at.
///
/// Zhang et al., arXiv 2506.15969. A slot is looked at when its attention exceeds `alpha`. With t the query, T the last one that looked
/// and G the longest gap between two that did, worth is 2 s(-(t - T) / G) + 2 s(-1 / G), s the logistic function: slots that recur
/// slowly are waited for. A slot looked at once has no gap: the limit for G to 0 is 0, or 1 while t = T. The paper evicts, and keeps as
/// many newest slots, every W tokens, by task; here every `interval`. Two columns a slot; O(n) a query and an eviction.
struct LazyEviction: EvictionPolicy {
  static let alphaParameter = PolicyParameter(
    name: "alpha", summary: "attention above which a slot counts as looked at", defaultValue: 0.0001,
    range: 0...1)
  static let intervalParameter = PolicyParameter.interval(128)

  static let description = EvictionPolicyDescription(
    name: "lazy", summary: "evicts what has not recurred for longer than it used to",
    parameters: [alphaParameter, intervalParameter], prefillRecent: .slots(128), decodeRecent: .slots(128),
    make: { LazyEviction(alpha: Float($0[alphaParameter]), interval: Int($0[intervalParameter])) })

  /// Number of the last query that looked, plus one: 0 says that none has.
  private static let lastColumn = 0
  private static let gapColumn = 1

  var alpha: Float
  var interval: Int

  /// The window has room for the prompt chunks of the default stride.
  var needs: StatisticNeeds { StatisticNeeds(windowRows: 32, memoryColumns: 2) }

  func observe(_ attention: Span<Float>, of query: Int, memory: inout MutableSpan<Float>) {
    let now = Float(query + 1)
    for slot in attention.indices where attention[slot] > alpha {
      let last = Self.lastColumn * attention.count + slot
      let gap = Self.gapColumn * attention.count + slot
      if memory[last] > 0 { memory[gap] = max(memory[gap], now - memory[last]) }
      memory[last] = now
    }
  }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    for slot in worth.indices {
      let last = slots.memory(slot, column: Self.lastColumn)
      worth[slot] =
        last > 0
        ? Self.worth(since: Float(moment.fedTokens) - last, gap: slots.memory(slot, column: Self.gapColumn))
        : 0
    }
  }

  private static func worth(since: Float, gap: Float) -> Float {
    guard gap > 0 else { return since > 0 ? 0 : 1 }
    return 2 / (1 + exp(since / gap)) + 2 / (1 + exp(1 / gap))
  }
}
