/// Chooses the victims of one (layer, KV head) among ranked candidates.
enum VictimPicker {
  /// Leaves the slots of the `count` least worthy candidates in `scratch.victims`, ascending.
  ///
  /// O(candidates) on average; where spans share the budget, it sorts.
  static func pick(
    _ count: Int, by ranking: Ranking, at moment: EvictionMoment, in scratch: inout EvictionScratch
  ) {
    precondition(count <= scratch.statistics.count, "a plan leaves more candidates than victims")
    scratch.victims.removeAll(keepingCapacity: true)
    let guarded = ranking.guarded(scratch.statistics.count, due: count)
    if count == 1, guarded <= 0, ranking.spans.isEmpty {
      let candidate = ranking.leastWorthy(&scratch, at: moment)
      scratch.victims.append(scratch.statistics.slots[candidate])
      return
    }
    ranking.rank(&scratch, at: moment)
    if guarded > 0 {
      spareLargest(guarded, scratch.statistics, worth: &scratch.worth, keys: &scratch.keys)
    }
    if !ranking.spans.isEmpty {
      FairShare(spans: ranking.spans, fed: moment.fedTokens, budget: scratch.statistics.count - count).take(
        count, of: scratch.statistics, keys: scratch.keys, victims: &scratch.victims)
    } else {
      take(
        count, of: scratch.statistics, worth: scratch.worth, keys: &scratch.keys, victims: &scratch.victims)
    }
  }

  /// Makes the `count` candidates of the largest values worth more than all others.
  static func spareLargest(
    _ count: Int, _ statistics: borrowing SlotStatistics, worth: inout [Float], keys: inout [RankKey]
  ) {
    var worth = worth.mutableSpan
    var keys = keys.mutableSpan
    for candidate in keys.indices {
      keys[candidate] = statistics.key(statistics.valueNorm(candidate), candidate)
    }
    let smallest = keys.nthSmallest(statistics.count - count)
    for candidate in worth.indices
    where statistics.key(statistics.valueNorm(candidate), candidate) >= smallest {
      // A key orders NaN above infinity, which is what a policy gives to slots that should stay.
      worth[candidate] = .nan
    }
    for candidate in keys.indices { keys[candidate] = statistics.key(worth[candidate], candidate) }
  }

  private static func take(
    _ count: Int, of statistics: borrowing SlotStatistics, worth: [Float], keys: inout [RankKey],
    victims: inout [Int32]
  ) {
    var candidates = keys.mutableSpan
    let threshold = candidates.nthSmallest(count - 1)
    for candidate in 0..<statistics.count where statistics.key(worth[candidate], candidate) <= threshold {
      victims.append(statistics.slots[candidate])
    }
  }
}
