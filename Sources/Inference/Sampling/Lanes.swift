/// Sixteen neighbouring values, worked on together.
typealias Lanes = SIMD16<Float>

extension SIMD16<Float> {
  /// Sixteen neighbours of a span from `start` on.
  ///
  /// One bounds check for all, then constant places: the compiler makes plain vector loads of it
  /// (16 checks made the search for the greatest logit five times slower).
  @inline(__always)
  init(_ span: borrowing Span<Float>, from start: Int) {
    let lanes = span.extracting(start..<(start &+ 16))
    self.init(
      lanes[0], lanes[1], lanes[2], lanes[3], lanes[4], lanes[5], lanes[6], lanes[7],
      lanes[8], lanes[9], lanes[10], lanes[11], lanes[12], lanes[13], lanes[14], lanes[15])
  }

  /// The sum of the lanes, by halves: `sum()` goes lane by lane, four times slower.
  var mass: Float {
    let eight = lowHalf + highHalf
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
