/// Gives up the slot whose key points most nearly where all keys point on average: distinctive keys draw attention later.
///
/// Park et al., arXiv 2504.15364. Needs neither attention nor state: the unit keys of all live slots are averaged anew at each
/// eviction. O(n * head dimension): reading all keys after every token, as the paper does, would add about a fifth to a token's time at 512
/// slots, so it is done every `interval` tokens.
struct KeyDiff: EvictionPolicy {
  static let intervalParameter = PolicyParameter.interval(16)

  static let description = EvictionPolicyDescription(
    name: "keydiff", summary: "evicts the slot whose key is most like the mean of all",
    parameters: [intervalParameter], make: { KeyDiff(interval: Int($0[intervalParameter])) })

  var interval: Int

  var needs: StatisticNeeds { StatisticNeeds(keys: true, protectedKeys: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    let keys = slots.keys.span
    var sum = [Float](repeating: 0, count: slots.headDimension)
    // The sum of the unit keys points where their mean does.
    var anchor = sum.mutableSpan
    for slot in worth.indices {
      let key = keys.extracting(slots.channels(slot))
      worth[slot] = Self.inverseNorm(key)
      anchor.add(key, times: worth[slot])
    }
    let others = slots.protectedKeys.span
    for slot in 0..<slots.protectedCount {
      let key = others.extracting(slots.channels(slot))
      anchor.add(key, times: Self.inverseNorm(key))
    }
    let inverseLength = Self.inverseNorm(anchor.span)
    for slot in worth.indices {
      let cosine = keys.extracting(slots.channels(slot)).dot(anchor.span) * worth[slot] * inverseLength
      worth[slot] = max(0, 1 - cosine)
    }
  }

  /// One over the length; 0 for a vector of zeros, which then is at right angles to all.
  private static func inverseNorm(_ vector: Span<Float>) -> Float {
    let square = vector.dot(vector)
    return square > 0 ? 1 / square.squareRoot() : 0
  }
}
