/// What a sequence that is still in its prompt will leave for another that begins alike.
package struct PrefixPromise: Sendable, Equatable {
  /// Tokens that the other will not have to compute.
  package let tokens: Int
  /// When it is there: once so many tokens of the first one's prompt have been fed.
  package let fed: Int
  /// Whether the first one's cache must be copied there.
  package let isCopyPoint: Bool

  /// What a sequence with `plan` and `prompt` leaves for `other`; nil if that is nothing.
  package init?(
    of plan: CachePlan, _ prompt: [Int32], to other: CachePlan, _ otherPrompt: [Int32]
  ) {
    let common = Prefixes.common(prompt[...], otherPrompt[...])
    let whole = Self.wholeTokens(of: plan, to: other, common)
    let end = other.chunkEnd(atMost: common)
    if !plan.neverEvicts, !other.neverEvicts, end > whole, other.agrees(with: plan, upTo: end) {
      (tokens, fed, isCopyPoint) = (end, end, true)
    } else if whole > 0 {
      let blocks = (whole + PrefixTree.blockTokens - 1) / PrefixTree.blockTokens
      tokens = whole
      fed = plan.neverEvicts ? blocks * PrefixTree.blockTokens : plan.denseTokens
      isCopyPoint = false
    } else {
      return nil
    }
  }

  private static func wholeTokens(of plan: CachePlan, to other: CachePlan, _ common: Int) -> Int {
    guard plan.request.positions == other.request.positions else { return 0 }
    let given = plan.neverEvicts ? plan.promptTokens : plan.takesWholePrefixes ? plan.denseTokens : 0
    let blocks = given / PrefixTree.blockTokens
    return plan.shape.withoutNewest(min(common, blocks * PrefixTree.blockTokens, other.wholePrefixTokens))
  }
}
