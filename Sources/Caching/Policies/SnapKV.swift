/// Gives up the slot to which the last queries attended least: the end of a prompt tells what its answer will look at.
///
/// Li et al., arXiv 2404.14469. Attention is pooled over neighbouring positions, so that what is kept keeps its context; the queries
/// that vote are kept themselves. `snapkv` leaves the prompt's choice alone while generating; `snapkv-d` chooses anew every
/// `interval` tokens by the same rule. O(n).
struct SnapKV: EvictionPolicy {
  static let windowParameter = PolicyParameter(
    name: "window", summary: "last queries whose attention counts", defaultValue: 32, range: 1...128,
    isWhole: true)
  static let intervalParameter = PolicyParameter.interval(64)

  static let description = EvictionPolicyDescription(
    name: "snapkv", summary: "evicts the part of the prompt to which its last tokens attend least",
    parameters: [windowParameter], evictsGenerated: false, pool: 7, prefillRecent: .slots(32),
    make: { SnapKV(window: Int($0[windowParameter]), interval: 1) })

  static let generatingDescription = EvictionPolicyDescription(
    name: "snapkv-d", summary: "as snapkv, and again every 64 generated tokens",
    parameters: [windowParameter, intervalParameter], pool: 7, prefillRecent: .slots(32),
    decodeRecent: .slots(32),
    make: { SnapKV(window: Int($0[windowParameter]), interval: Int($0[intervalParameter])) })

  var window: Int
  var interval: Int

  var needs: StatisticNeeds { StatisticNeeds(windowRows: window) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    for slot in worth.indices { worth[slot] = slots.windowMean(slot) }
  }
}
