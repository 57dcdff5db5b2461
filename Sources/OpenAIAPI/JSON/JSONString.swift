extension JSONParser {
  /// A quoted string at the offset, escapes resolved.
  mutating func string() throws(JSONError) -> String {
    offset += 1
    var text: [UInt8] = []
    let start = offset
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw JSONError(reason: .invalidUTF8, offset: start)
        }
        guard !Self.holdsTooManyMarks(string) else {
          throw JSONError(reason: .tooManyMarks(limit: Self.marksLimit), offset: start)
        }
        return string
      case UInt8(ascii: "\\"):
        offset += 1
        try escape(into: &text)
      case 0..<0x20: throw error(.controlCharacter)
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw error(.unexpectedEnd)
  }

  /// Combining marks in a row, four times as many as Unicode's own format for safe streams allows (UAX #15 section 13).
  ///
  /// Swift compares strings in a normal form, for which marks in a row are sorted in the square of their number.
  private static let marksLimit = 128

  private static func holdsTooManyMarks(_ text: String) -> Bool {
    // No mark lies below U+0300, whose first byte is 0xCC.
    guard text.utf8.count > 2 * marksLimit, text.utf8.contains(where: { $0 >= 0xCC }) else { return false }
    var run = 0
    for scalar in text.unicodeScalars {
      run = scalar.value >= 0x300 && scalar.properties.canonicalCombiningClass != .notReordered ? run + 1 : 0
      if run > marksLimit { return true }
    }
    return false
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    guard let byte = next else { throw error(.unexpectedEnd) }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: try unicodeEscape().utf8)
    default:
      offset -= 1
      throw error(.badEscape)
    }
  }

  /// The scalar of `\uXXXX`, or of two of them that make a surrogate pair.
  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = offset
    let first = try fourHexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, next == UInt8(ascii: "\\") else {
      throw JSONError(reason: .badEscape, offset: start)
    }
    offset += 1
    guard next == UInt8(ascii: "u") else { throw error(.badEscape) }
    offset += 1
    let second = try fourHexDigits()
    guard (0xDC00...0xDFFF).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw JSONError(reason: .badEscape, offset: start) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next else { throw error(.unexpectedEnd) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { throw error(.badEscape) }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }
}
