/// Which head holds which token, as far as somebody who watches has been told.
package struct ResidentTokens: Sendable {
  /// Tokens fed by then.
  package private(set) var fed = 0
  /// For each head a bit for each position.
  private var bitmaps: [[UInt64]]

  /// Nothing held yet, by so many heads.
  package init(heads: Int) { bitmaps = Array(repeating: [], count: heads) }

  /// Goes on to a later view; what every head has given up meanwhile, as ascending runs of positions.
  ///
  /// What came and went between the two is among it. O(tokens fed and slots held), for each head.
  package mutating func advance(to view: CacheView) -> [[Range<Int>]] {
    defer { fed = view.fed }
    return bitmaps.indices.map { head in
      Self.append(fed..<view.fed, to: &bitmaps[head])
      guard let positions = view.positions else { return [] }
      let held = Self.bitmap(positions[view.slots[head]], count: view.fed)
      let gone = zip(bitmaps[head], held).map { $0 & ~$1 }
      bitmaps[head] = held
      return Self.runs(of: gone)
    }
  }

  private static func append(_ positions: Range<Int>, to bitmap: inout [UInt64]) {
    bitmap += Array(repeating: 0, count: (positions.upperBound + 63) / 64 - bitmap.count)
    for position in positions { bitmap[position / 64] |= 1 << UInt64(position % 64) }
  }

  private static func bitmap(_ positions: ArraySlice<Int32>, count: Int) -> [UInt64] {
    var bitmap = [UInt64](repeating: 0, count: (count + 63) / 64)
    for position in positions where position >= 0 {
      bitmap[Int(position) / 64] |= 1 << UInt64(position % 64)
    }
    return bitmap
  }

  private static func runs(of bitmap: [UInt64]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for (index, word) in bitmap.enumerated() {
      var rest = word
      while rest != 0 {
        let first = rest.trailingZeroBitCount
        let length = (~(rest >> UInt64(first))).trailingZeroBitCount
        let start = 64 * index + first
        if let last = runs.last, last.upperBound == start {
          runs[runs.count - 1] = last.lowerBound..<start + length
        } else {
          runs.append(start..<start + length)
        }
        rest &= first + length == 64 ? 0 : ~0 << UInt64(first + length)
      }
    }
    return runs
  }
}
