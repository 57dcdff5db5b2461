/// Turns tokens into statements: recursive descent, with a bound on how deep it goes.
struct Parser {
  private let tokens: [Token]
  private var position = 0
  private var depth = 0

  private init(_ tokens: [Token]) { self.tokens = tokens }

  static func statements(of text: String) throws(TemplateError) -> [Statement] {
    var parser = Parser(try Lexer.tokens(of: text))
    let statements = try parser.statements(until: [])
    guard parser.token.kind == .end else { throw parser.unexpected("a statement") }
    return statements
  }

  var token: Token { tokens[position] }

  /// The token after the next one; the last is always `.end`.
  var following: Token { tokens[min(position + 1, tokens.count - 1)] }

  func error(_ message: String) -> TemplateError {
    TemplateError(kind: .syntax, line: token.line, message: message)
  }

  func unexpected(_ expected: String) -> TemplateError { error("found \(token.shown), expected \(expected)") }

  mutating func advance() { if position < tokens.count - 1 { position += 1 } }

  mutating func take(_ symbol: String) -> Bool { take(kind: .symbol(symbol)) }

  mutating func take(word: String) -> Bool { take(kind: .name(word)) }

  private mutating func take(kind: Token.Kind) -> Bool {
    guard token.kind == kind else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(TemplateError) {
    guard take(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expect(word: String) throws(TemplateError) {
    guard take(word: word) else { throw unexpected("'\(word)'") }
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = token.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  mutating func expectBlockEnd() throws(TemplateError) {
    guard take(kind: .blockEnd) else { throw unexpected("'%}'") }
  }

  mutating func nested<Result>(
    _ body: (inout Parser) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    guard depth < TemplateLimits.syntaxDepth else {
      throw TemplateError(
        kind: .limit, line: token.line, message: "nests deeper than \(TemplateLimits.syntaxDepth) levels")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  /// Statements up to a block tag that begins with one of the words, which stays to be read.
  mutating func statements(until words: Set<String>) throws(TemplateError) -> [Statement] {
    var statements: [Statement] = []
    while true {
      let line = token.line
      switch token.kind {
      case .text(let text):
        advance()
        statements.append(Statement(line: line, kind: .text(text)))
      case .outputBegin:
        advance()
        let expression = try expression()
        guard take(kind: .outputEnd) else { throw unexpected("'}}'") }
        statements.append(Statement(line: line, kind: .output(expression)))
      case .blockBegin:
        if case .name(let word) = following.kind, words.contains(word) { return statements }
        advance()
        statements += try nested { parser throws(TemplateError) in try parser.block(line: line) }
      default: return statements
      }
    }
  }

  /// A block's body and its closing tag, which may be one of several words; returns the one found.
  mutating func body(until words: Set<String>) throws(TemplateError) -> (body: [Statement], word: String) {
    let body = try statements(until: words)
    guard take(kind: .blockBegin), case .name(let word) = token.kind else {
      throw unexpected("one of \(words.sorted().joined(separator: ", "))")
    }
    advance()
    return (body, word)
  }
}
