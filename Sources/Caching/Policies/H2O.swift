/// Gives up the slot that has drawn the least attention in all, outside a recent window.
///
/// Zhang et al., arXiv 2306.14048. Newcomers start from a sum of 0: without the window each would be the next victim. The
/// windows are EasyKV's shares of the budget; the paper keeps half.
struct H2O: EvictionPolicy {
  static let description = EvictionPolicyDescription(
    name: "h2o", summary: "evicts the smallest sum of attention outside a recent window",
    prefillRecent: .ratio(0.1), decodeRecent: .ratio(0.3), easyKV: EasyKVForm(), make: { _ in H2O() })

  var needs: StatisticNeeds { StatisticNeeds(sums: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    for slot in worth.indices { worth[slot] = slots.sum(slot) }
  }
}
