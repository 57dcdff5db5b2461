extension Lexer {
  private static let symbols = [
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{", "}", ">", "<",
    "=", ".",
    ":", "|", ",",
  ]
  private static let closers: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

  /// One token inside a tag; `brackets` are those still open, inside which no tag ends.
  mutating func insideTag(_ brackets: inout [Unicode.Scalar]) throws(TemplateError) {
    let scalar = source[position]
    if scalar == "'" || scalar == "\"" { return try string(quote: scalar) }
    if ("0"..."9").contains(scalar) { return try number() }
    if scalar == "_" || scalar.properties.isAlphabetic { return name() }
    guard let symbol = Lexer.symbols.first(where: { looksAt($0) }) else {
      throw error("unexpected '\(scalar)' in a tag")
    }
    if let closer = Lexer.closers[scalar] {
      brackets.append(closer)
    } else if [")", "]", "}"].contains(scalar) {
      guard brackets.popLast() == scalar else { throw error("'\(scalar)' closes nothing that is open") }
    }
    emit(.symbol(symbol))
    advance(symbol.utf8.count)
  }

  private mutating func name() {
    let start = position
    while position < source.count,
      source[position] == "_" || source[position].properties.isAlphabetic || source[position].isDigit
    { position += 1 }
    emit(.name(String(source[start..<position])))
  }

  private mutating func number() throws(TemplateError) {
    let start = position
    var isInteger = true
    skipDigits()
    // `list.0.1` is two elements, not the number 0.1.
    let followsDot = start > 0 && source[start - 1] == "."
    if !followsDot, looksAt("."), position + 1 < source.count, source[position + 1].isDigit {
      isInteger = false
      position += 1
      skipDigits()
    }
    if looksAt("e") || looksAt("E") {
      let sign = looksAt("+", at: 1) || looksAt("-", at: 1) ? 1 : 0
      if position + 1 + sign < source.count, source[position + 1 + sign].isDigit {
        isInteger = false
        position += 1 + sign
        skipDigits()
      }
    }
    let text = String(source[start..<position].filter { $0 != "_" })
    if isInteger, let value = Int(text) { return emit(.integer(value)) }
    guard !isInteger, let value = Double(text), value.isFinite else {
      throw error("the number \(text.prefix(40)) is too large")
    }
    emit(.number(value))
  }

  private mutating func skipDigits() {
    while position < source.count, source[position].isDigit || source[position] == "_" { position += 1 }
  }

  private mutating func string(quote: Unicode.Scalar) throws(TemplateError) {
    var text: [Unicode.Scalar] = []
    let startLine = line
    advance(1)
    while position < source.count, source[position] != quote {
      if source[position] == "\\" {
        try escape(into: &text)
      } else {
        text.append(source[position])
        advance(1)
      }
    }
    guard position < source.count else {
      throw TemplateError(
        kind: .syntax, line: startLine, message: "a string is not closed; \(quote) was expected")
    }
    emit(.string(String(text)))
    advance(1)
  }

  /// Python's escapes; one that Python does not know stays as it is.
  private mutating func escape(into text: inout [Unicode.Scalar]) throws(TemplateError) {
    advance(1)
    guard position < source.count else { return }
    let scalar = source[position]
    advance(1)
    switch scalar {
    case "n": text.append("\n")
    case "r": text.append("\r")
    case "t": text.append("\t")
    case "\\", "'", "\"": text.append(scalar)
    case "\n": break
    case "x": text.append(try hexadecimal(digits: 2))
    case "u": text.append(try hexadecimal(digits: 4))
    case "U": text.append(try hexadecimal(digits: 8))
    default: text.append(contentsOf: ["\\", scalar])
    }
  }

  private mutating func hexadecimal(digits: Int) throws(TemplateError) -> Unicode.Scalar {
    let text = String(source[position..<min(position + digits, source.count)])
    guard text.unicodeScalars.count == digits, text.allSatisfy(\.isHexDigit),
      let value = UInt32(text, radix: 16), let scalar = Unicode.Scalar(value)
    else { throw error("a string holds an escape that names no character") }
    advance(digits)
    return scalar
  }
}

extension Unicode.Scalar {
  var isDigit: Bool { ("0"..."9").contains(self) }
}
