/// Gives up the oldest position after the sinks.
///
/// The cache of StreamingLLM (Xiao et al., arXiv 2309.17453), with keys at their original positions; EasyKV's `recency`.
struct Streaming: EvictionPolicy {
  static let description = EvictionPolicyDescription(
    name: "streaming", aliases: ["recency"], summary: "evicts the oldest position after the sinks",
    easyKV: EasyKVForm(keepsSinksInDecode: true), make: { _ in Streaming() })

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    // All alike: ties go to the older position.
    for slot in worth.indices { worth[slot] = 0 }
  }
}
