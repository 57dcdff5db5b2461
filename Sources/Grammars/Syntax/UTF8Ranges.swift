/// Ranges of scalars as sequences of ranges of bytes.
enum UTF8Ranges {
  /// The greatest scalars of one, two and three bytes.
  private static let ends: [UInt32] = [0x7F, 0x7FF, 0xFFFF]

  /// Sequences that together match the UTF-8 of exactly the scalars in `range`, which holds no surrogates.
  ///
  /// A range is cut where the number of bytes changes, and then until all its scalars differ in their last bytes alone, whose
  /// values are free.
  static func split(_ range: ClosedRange<UInt32>) -> [[ClosedRange<UInt8>]] {
    let (low, high) = (range.lowerBound, range.upperBound)
    for end in ends where low <= end && high > end { return split(low...end) + split(end + 1...high) }
    guard high > 0x7F else { return [[UInt8(low)...UInt8(high)]] }
    for continuation: UInt32 in 1...3 {
      let tail: UInt32 = 1 << (6 * continuation) - 1
      guard low & ~tail != high & ~tail else { continue }
      if low & tail != 0 { return split(low...low | tail) + split((low | tail) + 1...high) }
      if high & tail != tail { return split(low...(high & ~tail) - 1) + split(high & ~tail...high) }
    }
    return [zip(bytes(low), bytes(high)).map { $0...$1 }]
  }

  /// The UTF-8 of a scalar beyond ASCII.
  private static func bytes(_ scalar: UInt32) -> [UInt8] {
    let tail = { (shift: UInt32) in UInt8(0x80 | scalar >> shift & 0x3F) }
    return switch scalar {
    case ...0x7FF: [UInt8(0xC0 | scalar >> 6), tail(0)]
    case ...0xFFFF: [UInt8(0xE0 | scalar >> 12), tail(6), tail(0)]
    default: [UInt8(0xF0 | scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }
}
