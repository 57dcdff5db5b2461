package import Kernels

/// What one thread needs to choose victims; grows to the largest cache it meets, then allocates no more.
package struct EvictionScratch: ~Copyable {
  var statistics: SlotStatistics
  var worth: [Float]
  var keys: [RankKey]
  /// Slots chosen last, ascending.
  var victims: [Int32] = []
  /// Slots that have left a sliding window.
  var unseen: [Int32] = []
  /// Slots that compete, where the heads of a layer do.
  var contest: [Contestant] = []
  var spare: [Int32] = []
  private let instructions: InstructionSet

  /// `instructions` reads keys and values, for policies that look at them.
  package init(instructions: InstructionSet) {
    self.instructions = instructions
    statistics = SlotStatistics(capacity: 0)
    worth = []
    keys = []
  }

  /// Makes room for the candidates among `slots` slots.
  mutating func fit(_ slots: Int, memoryColumns: Int) {
    // Not `worth.capacity`: an array's capacity may exceed what was asked for, and the statistics' columns do not.
    if statistics.capacity < slots {
      statistics = SlotStatistics(capacity: slots)
      worth.reserveCapacity(slots)
      keys.reserveCapacity(slots)
      victims.reserveCapacity(slots)
    }
    let numbers = memoryColumns * statistics.capacity
    if statistics.memory.count < numbers { statistics.memory = Array(repeating: 0, count: numbers) }
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

extension EvictionScratch {
  /// Reads the candidates' keys and values, and the keys of the protected slots, as far as they are needed.
  mutating func read(_ slots: KeyValueSlots, _ needs: StatisticNeeds) {
    statistics.headDimension = slots.headDimension
    let count = statistics.count
    if needs.keys {
      Self.read(count, of: statistics.slots, into: &statistics.keys, slots, instructions.readKeys)
    }
    if needs.values {
      Self.read(count, of: statistics.slots, into: &statistics.values, slots, instructions.readValues)
    }
    if needs.protectedKeys {
      listProtected(slots.slotCount)
      Self.read(spare.count, of: spare, into: &statistics.protectedKeys, slots, instructions.readKeys)
    }
  }

  /// Lists the live slots that are no candidates in `spare`; candidates are ascending.
  private mutating func listProtected(_ slotCount: Int) {
    spare.removeAll(keepingCapacity: true)
    var next = 0
    for slot in 0..<Int32(slotCount) {
      if next < statistics.count, statistics.slots[next] == slot { next += 1 } else { spare.append(slot) }
    }
  }

  private static func read(
    _ count: Int, of list: [Int32], into rows: inout [Float], _ slots: KeyValueSlots,
    _ reader: (KeyValueSlots, Span<Int32>, inout MutableSpan<Float>) -> Void
  ) {
    let numbers = count * slots.headDimension
    if rows.count > numbers { rows.removeLast(rows.count - numbers) }
    if rows.count < numbers { rows.append(contentsOf: repeatElement(0, count: numbers - rows.count)) }
    var target = rows.mutableSpan
    reader(slots, list.span.extracting(first: count), &target)
  }

  /// Enters the `count` least worthy of a head's ranked candidates.
  mutating func enterContest(_ count: Int, head: Int) {
    let threshold = Self.nthSmallest(&keys, count - 1)
    for candidate in 0..<statistics.count {
      let key = statistics.key(worth[candidate], candidate)
      guard key <= threshold else { continue }
      contest.append(Contestant(key: key, head: Int32(head), slot: statistics.slots[candidate]))
    }
  }

  /// The key up to which the `count` least worthy contestants reach.
  mutating func contestThreshold(_ count: Int) -> RankKey {
    keys.removeAll(keepingCapacity: true)
    for contestant in contest { keys.append(contestant.key) }
    return Self.nthSmallest(&keys, count - 1)
  }

  private static func nthSmallest(_ keys: inout [RankKey], _ rank: Int) -> RankKey {
    var span = keys.mutableSpan
    return span.nthSmallest(rank)
  }
}

/// A candidate of one of a layer's heads.
struct Contestant {
  let key: RankKey
  let head: Int32
  let slot: Int32
}
