/// Keeps everything: a budget is a hard limit on the sequence, at which generation stops.
struct Full: EvictionPolicy {
  static let description = EvictionPolicyDescription(
    name: "full", summary: "never evicts; at the budget, generation stops", evicts: false,
    easyKV: EasyKVForm(),
    make: { _ in Full() })

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    for slot in worth.indices { worth[slot] = 0 }
  }
}
