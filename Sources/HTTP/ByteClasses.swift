// The character classes of RFC 9110 section 5.6 and RFC 3986, on bytes.

let carriageReturn = UInt8(ascii: "\r")
let lineFeed = UInt8(ascii: "\n")
let space = UInt8(ascii: " ")
let tab = UInt8(ascii: "\t")

extension UInt8 {
  var isDigit: Bool { (0x30...0x39).contains(self) }
  var isLetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
  var isVisibleASCII: Bool { (0x21...0x7E).contains(self) }
  var isBlank: Bool { self == space || self == tab }

  /// May stand in a method or a field name: letters, digits and ``!#$%&'*+-.^_`|~``.
  var isTokenCharacter: Bool {
    switch self {
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
    default: false
    }
  }

  /// May stand in a field value: anything but control characters, of which only the tab is allowed.
  var isFieldValueCharacter: Bool { self == tab || (self >= 0x20 && self != 0x7F) }

  /// May stand in a host's name, what RFC 3986 calls reg-name: letters, digits and `-._~!$&'()*+,;=%`.
  var isHostNameCharacter: Bool {
    switch self {
    case 0x21, 0x24...0x2E, 0x30...0x39, 0x3B, 0x3D, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
    default: false
    }
  }

  var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

  var hexValue: Int? {
    switch self {
    case 0x30...0x39: Int(self) - 0x30
    case 0x41...0x46: Int(self) - 0x41 + 10
    case 0x61...0x66: Int(self) - 0x61 + 10
    default: nil
    }
  }
}

extension Collection<UInt8> {
  /// The bytes as text; broken UTF-8 becomes replacement characters.
  var text: String { String(decoding: self, as: UTF8.self) }
}

extension String {
  /// Compares as HTTP compares names: ASCII letters of either case are the same.
  func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
    utf8.count == other.utf8.count
      && utf8.elementsEqual(other.utf8) { $0.lowercasedASCII == $1.lowercasedASCII }
  }

  /// The elements of a comma-separated field value, blanks around them removed.
  var listElements: [String] {
    utf8.split(separator: UInt8(ascii: ",")).map { $0.trimmingBlanks.text }.filter { !$0.isEmpty }
  }
}

extension BidirectionalCollection<UInt8> {
  var trimmingBlanks: SubSequence {
    let body = drop { $0.isBlank }
    guard let last = body.lastIndex(where: { !$0.isBlank }) else { return body.prefix(0) }
    return body[...last]
  }
}
