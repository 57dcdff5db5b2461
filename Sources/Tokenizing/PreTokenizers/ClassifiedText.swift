/// What splitting patterns want to know of a character.
enum CharacterClass {
  /// `\p{L}`
  case letter
  /// `\p{N}`
  case number
  /// Carriage return and line feed: whitespace that some patterns treat apart.
  case newline
  /// All other `\s`.
  case space
  case other
  /// Past the end of the text.
  case end

  var isWhitespace: Bool { self == .space || self == .newline }
}

/// UTF-8 text seen as classes of characters.
struct ClassifiedText {
  let bytes: [UInt8]
  let end: Int

  private static let ascii: [CharacterClass] = (0..<128).map { classify(Unicode.Scalar(UInt8($0))) }

  /// The class of the character at `index`, and where the next one starts.
  func character(at index: Int) -> (class: CharacterClass, next: Int) {
    guard index < end else { return (.end, index) }
    let first = bytes[index]
    if first < 0x80 { return (Self.ascii[Int(first)], index + 1) }
    let length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
    // Only text that is not UTF-8 can end here; it must not trap all the same.
    guard index + length <= end else { return (.other, end) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for offset in 1..<length { value = value << 6 | UInt32(bytes[index + offset] & 0x3F) }
    return (Unicode.Scalar(value).map(Self.classify) ?? .other, index + length)
  }

  /// Where the run of characters of one class ends that goes on at `index`.
  func end(ofRun runClass: CharacterClass, from index: Int) -> Int {
    var index = index
    while true {
      let (found, next) = character(at: index)
      if found != runClass || found == .end { return index }
      index = next
    }
  }

  func byte(at index: Int) -> UInt8? { index < end ? bytes[index] : nil }

  /// The end of an English contraction at `index` ('s 't 'm 'd 're 've 'll), or nil.
  func contractionEnd(at index: Int, ignoringCase: Bool) -> Int? {
    guard byte(at: index) == UInt8(ascii: "'") else { return nil }
    func letter(_ offset: Int) -> Character? {
      guard let byte = byte(at: index + offset), byte < 0x80 else { return nil }
      return Character(Unicode.Scalar(ignoringCase ? byte | 0x20 : byte))
    }
    switch (letter(1), letter(2)) {
    case ("s", _), ("t", _), ("m", _), ("d", _): return index + 2
    case ("r", "e"), ("v", "e"), ("l", "l"): return index + 3
    default: return nil
    }
  }

  private static func classify(_ scalar: Unicode.Scalar) -> CharacterClass {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: .letter
    case .decimalNumber, .letterNumber, .otherNumber: .number
    case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
    case .control:
      scalar == "\r" || scalar == "\n" ? .newline : scalar.properties.isWhitespace ? .space : .other
    default: .other
    }
  }
}
