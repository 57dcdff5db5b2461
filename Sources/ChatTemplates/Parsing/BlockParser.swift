extension Parser {
  /// The statement of a block tag, after its `{%`.
  mutating func block(line: Int) throws(TemplateError) -> [Statement] {
    guard case .name(let word) = token.kind else { throw unexpected("a statement such as 'if'") }
    advance()
    switch word {
    case "if": return [Statement(line: line, kind: try conditional())]
    case "for": return [Statement(line: line, kind: .loop(try loop()))]
    case "set": return [Statement(line: line, kind: try assignment())]
    case "macro": return [Statement(line: line, kind: .macro(try macro()))]
    case "filter": return [Statement(line: line, kind: try filterBlock())]
    case "break", "continue":
      try expectBlockEnd()
      return [Statement(line: line, kind: word == "break" ? .breakLoop : .continueLoop)]
    case "generation":
      try expectBlockEnd()
      return [Statement(line: line, kind: .generation(try closedBody("endgeneration")))]
    default:
      throw TemplateError(
        kind: .syntax, line: line,
        message:
          "the statement '\(word)' is unknown; known: if, for, set, macro, filter, break, continue, generation"
      )
    }
  }

  private mutating func closedBody(_ word: String) throws(TemplateError) -> [Statement] {
    let (body, _) = try body(until: [word])
    try expectBlockEnd()
    return body
  }

  private mutating func conditional() throws(TemplateError) -> Statement.Kind {
    var branches: [Statement.Branch] = []
    var otherwise: [Statement] = []
    var word = "elif"
    while word == "elif" {
      let condition = try expression()
      try expectBlockEnd()
      let part = try body(until: ["elif", "else", "endif"])
      branches.append(Statement.Branch(condition: condition, body: part.body))
      word = part.word
    }
    if word == "else" {
      try expectBlockEnd()
      otherwise = try body(until: ["endif"]).body
    }
    try expectBlockEnd()
    return .conditional(branches: branches, otherwise: otherwise)
  }

  private mutating func loop() throws(TemplateError) -> Statement.Loop {
    let names = try names()
    try expect(word: "in")
    let sequence = try expressionWithoutCondition()
    var condition: Expression?
    if take(word: "if") { condition = try expression() }
    try expectBlockEnd()
    var otherwise: [Statement] = []
    let (body, word) = try body(until: ["else", "endfor"])
    if word == "else" {
      try expectBlockEnd()
      otherwise = try self.body(until: ["endfor"]).body
    }
    try expectBlockEnd()
    return Statement.Loop(
      names: names, sequence: sequence, condition: condition, body: body, otherwise: otherwise)
  }

  private mutating func names() throws(TemplateError) -> [String] {
    let isParenthesized = take("(")
    var names = [try expectName()]
    while take(",") { names.append(try expectName()) }
    if isParenthesized { try expect(")") }
    return names
  }

  private mutating func assignment() throws(TemplateError) -> Statement.Kind {
    var target = Target.names(try names())
    if take(".") {
      guard case .names(let names) = target, names.count == 1 else { throw unexpected("'='") }
      target = .attribute(namespace: names[0], try expectName())
    }
    if take("=") {
      let value = try tupleOrExpression()
      try expectBlockEnd()
      return .assign(target, value)
    }
    let filters = try filters()
    try expectBlockEnd()
    return .capture(target, filters: filters, body: try closedBody("endset"))
  }

  private mutating func tupleOrExpression() throws(TemplateError) -> Expression {
    let first = try expression()
    guard token.kind == .symbol(",") else { return first }
    var elements = [first]
    while take(","), token.kind != .blockEnd { elements.append(try expression()) }
    return .list(elements)
  }

  private mutating func filters() throws(TemplateError) -> [Suffix] {
    var filters: [Suffix] = []
    while take("|") { filters.append(try filter()) }
    return filters
  }

  private mutating func filterBlock() throws(TemplateError) -> Statement.Kind {
    let filters = [try filter()] + (try filters())
    try expectBlockEnd()
    return .filter(filters, body: try closedBody("endfilter"))
  }

  private mutating func macro() throws(TemplateError) -> Macro {
    let name = try expectName()
    var parameters: [(name: String, standard: Expression?)] = []
    try expect("(")
    while !take(")") {
      let parameter = try expectName()
      parameters.append((parameter, take("=") ? try expression() : nil))
      guard take(",") || token.kind == .symbol(")") else { throw unexpected("',' or ')'") }
    }
    try expectBlockEnd()
    return Macro(name: name, parameters: parameters, body: try closedBody("endmacro"))
  }
}
