/// Which tokens a cache holds at one moment, as a copy to be made sense of on another thread.
package struct CacheView: Sendable {
  /// Tokens fed so far.
  package let fed: Int
  /// Slots that a head holds, on average over all heads, rounded up.
  package let residentSlots: Int
  /// Slots given up so far in a head, on average.
  package let evictedSlots: Int
  /// Positions of all heads' slots, one head after the other, layer by layer, -1 for a hole; nil while every head holds every token.
  let positions: [Int32]?
  /// Each head's part of them.
  let slots: [Range<Int>]
}

extension SequenceCache {
  /// What the cache holds now.
  ///
  /// O(slots of all heads) once something has been evicted, O(1) before.
  package var view: CacheView {
    guard !isWhole else {
      return CacheView(
        fed: logicalLength, residentSlots: residentSlots, evictedSlots: 0, positions: nil, slots: [])
    }
    let heads = (0..<plan.shape.heads).map(head)
    var positions: [Int32] = []
    positions.reserveCapacity(heads.reduce(0) { $0 + $1.counts.slots })
    let slots = heads.map { head in
      let start = positions.count
      // Safety: slots below the head's count have a position.
      unsafe positions.append(
        contentsOf: UnsafeMutableBufferPointer(start: head.slotPositions, count: head.counts.slots))
      return start..<positions.count
    }
    return CacheView(
      fed: logicalLength, residentSlots: residentSlots, evictedSlots: evictedSlots, positions: positions,
      slots: slots)
  }
}
