/// Cuts a template's text into tokens, with Jinja's rules for the white space around tags.
///
/// As transformers sets them: `trim_blocks` (the newline after a block or comment goes), `lstrip_blocks` (blanks
/// between a line's start and a block or comment go) and no newline at the template's end. `-` strips all
/// white space on its side, `+` keeps it.
struct Lexer {
  let source: [Unicode.Scalar]
  var position = 0
  var line = 1
  private var tokens: [Token] = []
  private var atLineStart = true

  private init(_ text: String) {
    var scalars: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars {
      if scalar == "\n" && scalars.last == "\r" { scalars.removeLast() }
      scalars.append(scalar)
      if scalars.count >= 2 && scalars[scalars.count - 2] == "\r" { scalars[scalars.count - 2] = "\n" }
    }
    if scalars.last == "\r" { scalars[scalars.count - 1] = "\n" }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
  }

  static func tokens(of text: String) throws(TemplateError) -> [Token] {
    var lexer = Lexer(text)
    while lexer.position < lexer.source.count { try lexer.textThenTag() }
    lexer.emit(.end)
    return lexer.tokens
  }

  func error(_ message: String) -> TemplateError {
    TemplateError(kind: .syntax, line: line, message: message)
  }

  mutating func emit(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  func looksAt(_ text: String, at offset: Int = 0) -> Bool {
    var place = position + offset
    for scalar in text.unicodeScalars {
      guard place < source.count, source[place] == scalar else { return false }
      place += 1
    }
    return true
  }

  mutating func advance(_ count: Int) {
    for scalar in source[position..<min(position + count, source.count)] where scalar == "\n" { line += 1 }
    position += count
  }

  private mutating func textThenTag() throws(TemplateError) {
    let start = position
    let startLine = line
    while position < source.count, !(looksAt("{{") || looksAt("{%") || looksAt("{#")) { advance(1) }
    var text = source[start..<position]
    if position < source.count { stripBeforeTag(&text) }
    if !text.isEmpty { tokens.append(Token(kind: .text(String(text)), line: startLine)) }
    guard position < source.count else { return }
    let kind = source[position + 1]
    advance(2)
    if looksAt("-") || (looksAt("+") && kind != "{") { advance(1) }
    switch kind {
    case "#": try comment()
    case "%": try tag(begin: .blockBegin, end: .blockEnd, closing: "%}")
    default: try tag(begin: .outputBegin, end: .outputEnd, closing: "}}")
    }
  }

  private func stripBeforeTag(_ text: inout ArraySlice<Unicode.Scalar>) {
    if looksAt("-", at: 2) {
      while text.last?.properties.isWhitespace == true { text.removeLast() }
    } else if !looksAt("{{") && !looksAt("+", at: 2) {
      let blanks = text.reversed().prefix { $0 != "\n" }
      let reachesStart = blanks.count == text.count
      guard blanks.allSatisfy(\.properties.isWhitespace), !reachesStart || atLineStart else { return }
      text.removeLast(blanks.count)
    }
  }

  private mutating func comment() throws(TemplateError) {
    let start = position
    while !looksAt("#}") {
      guard position < source.count else { throw error("a comment is not closed; '#}' was expected") }
      advance(1)
    }
    let sign = position > start ? source[position - 1] : " "
    advance(2)
    stripAfterTag(sign: sign, trimsNewline: true)
  }

  private mutating func tag(begin: Token.Kind, end: Token.Kind, closing: String) throws(TemplateError) {
    emit(begin)
    var brackets: [Unicode.Scalar] = []
    while true {
      while position < source.count, source[position].properties.isWhitespace { advance(1) }
      guard position < source.count else { throw error("a tag is not closed; '\(closing)' was expected") }
      if brackets.isEmpty, let sign = closingSign(closing) {
        emit(end)
        advance(sign == " " ? 2 : 3)
        stripAfterTag(sign: sign, trimsNewline: closing == "%}")
        return
      }
      try insideTag(&brackets)
    }
  }

  /// The sign of the tag's end if it is here: `-`, `+`, or a blank for none.
  private func closingSign(_ closing: String) -> Unicode.Scalar? {
    if looksAt(closing) { return " " }
    if looksAt("-" + closing) { return "-" }
    return closing == "%}" && looksAt("+" + closing) ? "+" : nil
  }

  private mutating func stripAfterTag(sign: Unicode.Scalar, trimsNewline: Bool) {
    if sign == "-" {
      while position < source.count, source[position].properties.isWhitespace { advance(1) }
    } else if sign != "+", trimsNewline, looksAt("\n") {
      advance(1)
    }
    atLineStart = position > 0 && source[position - 1] == "\n"
  }
}

extension String {
  /// A string of scalars, which Swift may show as fewer characters.
  init(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    self = String(view)
  }
}
