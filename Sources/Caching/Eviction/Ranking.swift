/// A policy and what a request does to its ranking: gives every candidate a key, the lowest of which goes first.
struct Ranking: Sendable {
  let policy: any EvictionPolicy
  let modifiers: RankModifiers
  /// Neighbours over which worth is pooled.
  let pool: Int
  /// Spans of the prompt that share the budget, if they do.
  let spans: [Range<Int>]

  /// A value of no magnitude must not make worth that is infinite undefined.
  private static let smallestNorm = Float.leastNormalMagnitude

  /// Sets worth and keys of the candidates in `scratch`.
  func rank(_ scratch: inout EvictionScratch, at moment: EvictionMoment) {
    scratch.matchCandidates()
    rank(scratch.statistics, at: moment, worth: &scratch.worth, keys: &scratch.keys)
  }

  private func rank(
    _ statistics: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout [Float],
    keys: inout [RankKey]
  ) {
    var worth = worth.mutableSpan
    var keys = keys.mutableSpan
    appraise(statistics, at: moment, worth: &worth, spare: &keys)
    for slot in keys.indices { keys[slot] = statistics.key(worth[slot], slot) }
  }

  private func appraise(
    _ statistics: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    policy.rank(statistics, at: moment, worth: &worth, spare: &spare)
    if modifiers.value {
      for slot in worth.indices { worth[slot] *= max(statistics.valueNorm(slot), Self.smallestNorm) }
    }
    if pool > 1 { MaxPool.apply(to: &worth, order: statistics.order, width: pool, spare: &spare) }
  }

  /// The candidate of the lowest key, without the others' keys; leaves `worth` and `keys` of `scratch` undefined.
  func leastWorthy(_ scratch: inout EvictionScratch, at moment: EvictionMoment) -> Int {
    scratch.matchCandidates()
    return leastWorthy(scratch.statistics, at: moment, worth: &scratch.worth, spare: &scratch.keys)
  }

  private func leastWorthy(
    _ statistics: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout [Float],
    spare: inout [RankKey]
  ) -> Int {
    var worth = worth.mutableSpan
    var spare = spare.mutableSpan
    // What the policy alone would say does not hold where its numbers are changed.
    if !modifiers.value, pool <= 1,
      let candidate = policy.leastWorthy(statistics, at: moment, spare: &worth)
    {
      return candidate
    }
    appraise(statistics, at: moment, worth: &worth, spare: &spare)
    return statistics.least(worth.span)
  }

  /// How many candidates are kept for the size of their values, when `due` of them have to go.
  func guarded(_ candidates: Int, due: Int) -> Int {
    min(Int(Double(candidates) * modifiers.guardShare), candidates - due)
  }
}
