/// What one thread needs to choose victims; grows to the largest cache it meets, then allocates no more.
package struct EvictionScratch: ~Copyable {
  var statistics: SlotStatistics
  var worth: [Float]
  var keys: [RankKey]
  /// Slots chosen last, ascending.
  var victims: [Int32] = []

  package init() {
    statistics = SlotStatistics(capacity: 0)
    worth = []
    keys = []
  }

  /// Makes room for the candidates among `slots` slots.
  mutating func fit(_ slots: Int) {
    // Not `worth.capacity`: an array's capacity may exceed what was asked for, and the statistics' columns do not.
    guard statistics.capacity < slots else { return }
    statistics = SlotStatistics(capacity: slots)
    worth.reserveCapacity(slots)
    keys.reserveCapacity(slots)
    victims.reserveCapacity(slots)
  }

  /// Gives `worth` and `keys` as many elements as there are candidates: seldom a change, as heads hold equally many slots.
  mutating func matchCandidates() {
    Self.resize(&worth, to: statistics.count, with: 0)
    Self.resize(&keys, to: statistics.count, with: RankKey(0, position: 0))
  }

  private static func resize<T>(_ array: inout [T], to count: Int, with filler: T) {
    if array.count > count { array.removeLast(array.count - count) }
    if array.count < count { array.append(contentsOf: repeatElement(filler, count: count - array.count)) }
  }
}

/// Chooses the victims of one (layer, KV head) among candidates that a policy ranks.
enum VictimPicker {
  /// Leaves the slots of the `count` least worthy candidates in `scratch.victims`, ascending.
  ///
  /// O(candidates) on average.
  static func pick(
    _ count: Int, by policy: any EvictionPolicy, at moment: EvictionMoment, in scratch: inout EvictionScratch
  ) {
    precondition(count <= scratch.statistics.count, "a plan leaves more candidates than victims")
    scratch.victims.removeAll(keepingCapacity: true)
    scratch.matchCandidates()
    rank(scratch.statistics, by: policy, at: moment, worth: &scratch.worth, keys: &scratch.keys)
    if count == 1 {
      takeLeast(scratch.statistics, keys: scratch.keys, victims: &scratch.victims)
    } else {
      take(
        count, of: scratch.statistics, worth: scratch.worth, keys: &scratch.keys, victims: &scratch.victims)
    }
  }

  private static func rank(
    _ statistics: borrowing SlotStatistics, by policy: any EvictionPolicy, at moment: EvictionMoment,
    worth: inout [Float], keys: inout [RankKey]
  ) {
    var worth = worth.mutableSpan
    var keys = keys.mutableSpan
    policy.rank(statistics, at: moment, worth: &worth, spare: &keys)
    for candidate in 0..<statistics.count { keys[candidate] = statistics.key(worth[candidate], candidate) }
  }

  private static func takeLeast(
    _ statistics: borrowing SlotStatistics, keys: [RankKey], victims: inout [Int32]
  ) {
    let keys = keys.span
    var least = 0
    for candidate in 1..<max(1, statistics.count) where keys[candidate] < keys[least] { least = candidate }
    victims.append(statistics.slots[least])
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
