/// GPT-2's way to write any byte as a visible character, in which vocabularies and merges are stored.
///
/// Bytes that are visible in Latin-1 stand for themselves; the other 68 follow, in order, from U+0100 on.
struct ByteAlphabet {
  /// The byte of each scalar value below 324, -1 for none.
  private let byteOfScalar: [Int16]

  init() {
    var table = [Int16](repeating: -1, count: 324)
    var nextScalar = 256
    for byte in 0..<256 {
      let isVisible = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      table[isVisible ? byte : nextScalar] = Int16(byte)
      nextScalar += isVisible ? 0 : 1
    }
    byteOfScalar = table
  }

  /// Appends the bytes that `text[range]` (UTF-8) stands for.
  ///
  /// False, with `output` as it was, when a character is not of this alphabet.
  func decode(_ text: Span<UInt8>, _ range: Range<Int>, appendingTo output: inout [UInt8]) -> Bool {
    let before = output.count
    var index = range.lowerBound
    while index < range.upperBound {
      let first = text[index]
      var scalar = Int(first)
      index += 1
      if first >= 0x80 {
        // The whole alphabet lies below U+0800: two bytes at most.
        scalar =
          index < range.upperBound && first < 0xE0 ? Int(first & 0x1F) << 6 | Int(text[index] & 0x3F) : .max
        index += 1
      }
      guard scalar < byteOfScalar.count, byteOfScalar[scalar] >= 0 else {
        output.removeSubrange(before...)
        return false
      }
      output.append(UInt8(byteOfScalar[scalar]))
    }
    return true
  }
}
