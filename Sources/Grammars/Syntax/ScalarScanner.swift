/// A text under a parser's eyes, scalar by scalar.
struct ScalarScanner {
  private let scalars: [Unicode.Scalar]
  private(set) var offset = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var next: Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }
  var second: Unicode.Scalar? { offset + 1 < scalars.count ? scalars[offset + 1] : nil }

  /// The line of the offset, from 1.
  var line: Int { scalars[..<offset].count { $0 == "\n" } + 1 }

  /// What is at the offset, for errors.
  var found: String { next.map { $0 == "\n" ? "the line's end" : "'\($0)'" } ?? "the end" }

  mutating func advance() -> Unicode.Scalar? {
    defer { if offset < scalars.count { offset += 1 } }
    return next
  }

  mutating func take(_ text: String) -> Bool {
    let wanted = text.unicodeScalars
    guard scalars[offset...].starts(with: wanted) else { return false }
    offset += wanted.count
    return true
  }

  /// A scalar of exactly so many hexadecimal digits; nil, and nothing is taken, if there is none.
  mutating func hexadecimal(_ digits: Int) -> Unicode.Scalar? {
    var text = ""
    for scalar in scalars[offset...].prefix(digits) { text.unicodeScalars.append(scalar) }
    guard text.utf8.count == digits,
      text.utf8.allSatisfy({ UInt8(ascii: "+") != $0 && UInt8(ascii: "-") != $0 }),
      let scalar = UInt32(text, radix: 16).flatMap(Unicode.Scalar.init)
    else { return nil }
    offset += digits
    return scalar
  }

  /// A number in decimal digits; nil, and nothing is taken, if there is none or a larger one.
  mutating func number(atMost most: Int) -> Int? {
    let digits = scalars[offset...].prefix { ("0"..."9").contains($0) }
    guard digits.count <= 9, let number = Int(String(String.UnicodeScalarView(digits))), number <= most else {
      return nil
    }
    offset += digits.count
    return number
  }
}
