/// Bytes in fewer than 64 groups, so that a set of groups is one number: letters, digits, and each sign of ASCII by itself.
enum ByteGroups {
  /// The group of each byte, `[256]`.
  static let ofByte: [UInt8] = {
    var signs: UInt8 = 4
    return (UInt8.min...UInt8.max).map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): return 0
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): return 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"): return 2
      case 0x80...: return 3
      // Most control characters, which no text has.
      case 0..<0x20 where byte != 0x09 && byte != 0x0A && byte != 0x0D, 0x7F: return 4
      default:
        signs += 1
        return signs
      }
    }
  }()

  /// The bit of a byte's group.
  static func bit(_ byte: UInt8) -> UInt64 { 1 << UInt64(ofByte[Int(byte)]) }
}
