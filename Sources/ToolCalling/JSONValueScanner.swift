/// Finds where a JSON value ends that comes byte by byte.
///
/// White space before the value counts as its own. It counts brackets and minds strings, and leaves it to the reader of the value whether all between is right.
struct JSONValueScanner: Sendable {
  /// Where a byte lies.
  enum Step {
    case inside, last
    /// Behind the value, which has ended before it.
    case behind
  }

  private var depth = 0
  private var isString = false
  private var isEscaped = false
  private var hasBegun = false

  mutating func push(_ byte: UInt8) -> Step {
    if isString { return pushInString(byte) }
    if byte.isJSONSpace, !hasBegun { return .inside }
    hasBegun = true
    switch byte {
    case UInt8(ascii: "\""): isString = true
    case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard depth > 0 else { return .behind }
      depth -= 1
      return depth == 0 ? .last : .inside
    case UInt8(ascii: ",") where depth == 0: return .behind
    case _ where byte.isJSONSpace && depth == 0: return .behind
    default: break
    }
    return .inside
  }

  private mutating func pushInString(_ byte: UInt8) -> Step {
    if isEscaped {
      isEscaped = false
    } else if byte == UInt8(ascii: "\\") {
      isEscaped = true
    } else if byte == UInt8(ascii: "\"") {
      isString = false
      return depth == 0 ? .last : .inside
    }
    return .inside
  }
}

extension UInt8 {
  /// White space between JSON's tokens, and between calls.
  var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
