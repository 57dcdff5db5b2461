/// How far a text in UTF-8 has come in a character: table 3-7 of the Unicode standard, chapter 3.9.
enum UTF8Place: Sendable {
  /// Between characters.
  case border
  /// So many bytes are left, of 0x80 to 0xBF.
  case one, two, three
  /// Behind the byte that narrows what the next may be.
  case afterE0, afterED, afterF0, afterF4
  case illFormed

  func after(_ byte: UInt8) -> UTF8Place {
    switch self {
    case .border: Self.first(byte)
    case .one: 0x80...0xBF ~= byte ? .border : .illFormed
    case .two: 0x80...0xBF ~= byte ? .one : .illFormed
    case .three: 0x80...0xBF ~= byte ? .two : .illFormed
    case .afterE0: 0xA0...0xBF ~= byte ? .one : .illFormed
    case .afterED: 0x80...0x9F ~= byte ? .one : .illFormed
    case .afterF0: 0x90...0xBF ~= byte ? .two : .illFormed
    case .afterF4: 0x80...0x8F ~= byte ? .two : .illFormed
    case .illFormed: .illFormed
    }
  }

  private static func first(_ byte: UInt8) -> UTF8Place {
    switch byte {
    case ..<0x80: .border
    case 0xC2...0xDF: .one
    case 0xE0: .afterE0
    case 0xED: .afterED
    case 0xE1...0xEF: .two
    case 0xF0: .afterF0
    case 0xF1...0xF3: .three
    case 0xF4: .afterF4
    default: .illFormed
    }
  }
}
