/// The checksum of zlib and PNG: CRC-32 with the polynomial 0xEDB88320 (ISO 3309).
struct CRC32 {
  private var state = UInt32.max

  /// The checksum of all that was added.
  var value: UInt32 { ~state }

  /// What a byte does to the sum when `k` more bytes follow it, in `[256 * k + byte]`: eight bytes take one step.
  private static let table: [UInt32] = {
    var table = (UInt32(0)..<256).map(shifted)
    for index in 256..<8 * 256 {
      let sum = table[index - 256]
      table.append((sum >> 8) ^ table[Int(sum & 0xff)])
    }
    return table
  }()

  /// What eight steps of the division leave of a byte.
  private static func shifted(_ byte: UInt32) -> UInt32 {
    var sum = byte
    for _ in 0..<8 { sum = (sum & 1) == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    return sum
  }

  /// The checksum of these bytes alone.
  static func of(_ bytes: [UInt8]) -> UInt32 {
    var sum = CRC32()
    sum.add(bytes.span)
    return sum.value
  }

  /// Adds bytes to the sum; about a nanosecond a byte.
  mutating func add(_ bytes: Span<UInt8>) {
    let table = Self.table.span
    var sum = state
    var index = 0
    while index &+ 8 <= bytes.count {
      var next: UInt32 = 0
      for byte in 0..<4 {
        let value = UInt32(bytes[index &+ byte]) ^ ((sum >> UInt32(8 &* byte)) & 0xff)
        next ^= table[256 &* (7 &- byte) &+ Int(value)]
      }
      for byte in 4..<8 { next ^= table[256 &* (7 &- byte) &+ Int(bytes[index &+ byte])] }
      sum = next
      index &+= 8
    }
    while index < bytes.count {
      sum = (sum >> 8) ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ bytes[index])]
      index += 1
    }
    state = sum
  }
}
