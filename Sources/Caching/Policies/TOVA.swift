/// Gives up the slot to which the newest token attends least, in each head on its own.
///
/// Oren et al., arXiv 2401.06104, who average over the heads of a layer, as EasyKV does in the prompt. The window in the
/// prompt is EasyKV's; the paper has none.
struct TOVA: EvictionPolicy {
  static let description = EvictionPolicyDescription(
    name: "tova", summary: "evicts the slot to which the newest token attends least",
    prefillRecent: .ratio(0.1), easyKV: EasyKVForm(averagesLastInPrefill: true), make: { _ in TOVA() })

  var needs: StatisticNeeds { StatisticNeeds(windowRows: 1) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    for slot in worth.indices { worth[slot] = slots.windowMean(slot) }
  }
}
