/// Kinds of characters in fewer than 64 groups, so that a set of groups is one number: letters, digits, each sign of ASCII by itself, and
/// all that is not ASCII.
enum TextGroups {
  /// Characters beyond ASCII, in UTF-8 as it has to be.
  static let beyondASCII: UInt64 = 1 << 3
  /// What begins no text in UTF-8, which no grammar's run has.
  static let illFormed: UInt64 = 1 << 4

  /// The group's bit for each byte of ASCII, `[128]`.
  static let ofASCII: [UInt64] = {
    var last: UInt64 = 5
    return (UInt8(0)..<128).map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"): return 1 << 0
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): return 1 << 1
      case UInt8(ascii: "0")...UInt8(ascii: "9"): return 1 << 2
      // Most control characters, which no text has.
      case 0..<0x20 where byte != 0x09 && byte != 0x0A && byte != 0x0D, 0x7F: return 1 << 5
      default:
        last += 1
        return 1 << last
      }
    }
  }()
}
