/// Which two neighbouring tokens merge, into what, and how early.
struct PairTable {
  /// A merge: smaller ranks go first.
  struct Merge: Equatable {
    var rank: UInt32
    var token: Int32
  }

  /// Key and packed merge side by side, so that a lookup touches one cache line.
  private var slots: [(key: UInt64, merge: UInt64)]
  private let shift: UInt64
  private static let free = UInt64.max

  init(capacity: Int) {
    var bits = 4
    while 1 << bits < capacity * 2 { bits += 1 }
    slots = Array(repeating: (Self.free, 0), count: 1 << bits)
    shift = UInt64(64 - bits)
  }

  /// Adds a merge unless the pair has one: the earlier rank stays.
  mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
    let index = slot(key(left, right))
    guard slots[index].key == Self.free else { return }
    slots[index] = (key(left, right), UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.token)))
  }

  func merge(_ left: Int32, _ right: Int32) -> Merge? {
    let slot = slots[slot(key(left, right))]
    guard slot.key != Self.free else { return nil }
    return Merge(rank: UInt32(slot.merge >> 32), token: Int32(truncatingIfNeeded: slot.merge))
  }

  private func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func slot(_ key: UInt64) -> Int {
    var index = Int((key &* 0x9E37_79B9_7F4A_7C15) >> shift)
    while slots[index].key != key, slots[index].key != Self.free { index = (index + 1) & (slots.count - 1) }
    return index
  }
}
