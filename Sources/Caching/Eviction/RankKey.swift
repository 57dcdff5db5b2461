/// A number and a position packed into an integer that orders by the number first, then by the position: no two slots are equal.
///
/// With ties settled in the key, selection and comparison need no second look, and NaN, which has no order, gets one.
package struct RankKey: Comparable, Sendable, BitwiseCopyable {
  let bits: UInt64

  init(_ number: Float, position: Int32) {
    // Adding zero turns -0 into 0. IEEE numbers of one sign order like integers; the flips extend that to both signs.
    let pattern = (number + 0).bitPattern
    let ordered = pattern ^ (pattern >> 31 == 1 ? .max : 1 << 31)
    bits = UInt64(ordered) << 32 | UInt64(UInt32(bitPattern: position))
  }

  /// The number that went in.
  var number: Float {
    let ordered = UInt32(bits >> 32)
    return Float(bitPattern: ordered ^ (ordered >> 31 == 1 ? 1 << 31 : .max))
  }

  @inline(__always)
  package static func < (left: Self, right: Self) -> Bool { left.bits < right.bits }
}

extension MutableSpan<RankKey> {
  /// The element that would be at `rank` if the span were sorted; reorders the span.
  ///
  /// O(n) on average. Partitions without branches on the comparison (Lomuto): mispredicted branches would double the cost on random keys.
  mutating func nthSmallest(_ rank: Int) -> RankKey {
    precondition(indices.contains(rank), "a rank is an index of the span")
    var low = 0
    var high = count - 1
    while low < high {
      movePivotToEnd(low, high)
      let pivot = self[high]
      var store = low
      for index in low..<high {
        let key = self[index]
        self[index] = self[store]
        self[store] = key
        store += key < pivot ? 1 : 0
      }
      swapAt(store, high)
      if store == rank { return self[store] }
      if store < rank { low = store + 1 } else { high = store - 1 }
    }
    return self[rank]
  }

  /// Puts the median of the first, middle and last element last.
  private mutating func movePivotToEnd(_ low: Int, _ high: Int) {
    let middle = low + (high - low) / 2
    if self[middle] < self[low] { swapAt(middle, low) }
    if self[high] < self[low] { swapAt(high, low) }
    if self[middle] < self[high] { swapAt(middle, high) }
  }
}
