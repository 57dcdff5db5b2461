extension Parser {
  /// `.name`, `[...]` or `(...)` after a value, nil if there is none.
  mutating func access() throws(TemplateError) -> Suffix? {
    if take(".") { return try attribute() }
    if take("[") { return try subscripted() }
    if take("(") { return .call(try arguments()) }
    return nil
  }

  /// `|filter`, `is test` or a call after a value, nil if there is none.
  mutating func filterOrTest() throws(TemplateError) -> Suffix? {
    if take("|") { return try filter() }
    if take(word: "is") { return try test() }
    if take("(") { return .call(try arguments()) }
    return nil
  }

  /// A filter's name and arguments, after its `|`.
  mutating func filter() throws(TemplateError) -> Suffix {
    let name = try expectName()
    return .filter(name, take("(") ? try arguments() : Arguments())
  }

  private mutating func attribute() throws(TemplateError) -> Suffix {
    if case .integer(let index) = token.kind {
      advance()
      return .element(.literal(.integer(index)))
    }
    let name = try expectName()
    return take("(") ? .method(name, try arguments()) : .attribute(name)
  }

  private mutating func subscripted() throws(TemplateError) -> Suffix {
    let start = try bound()
    if start != nil, take("]") { return .element(start ?? .literal(.none)) }
    try expect(":")
    let stop = try bound()
    let step = take(":") ? try bound() : nil
    try expect("]")
    return .slice(start: start, stop: stop, step: step)
  }

  private mutating func bound() throws(TemplateError) -> Expression? {
    if token.kind == .symbol(":") || token.kind == .symbol("]") { return nil }
    return try expression()
  }

  private mutating func test() throws(TemplateError) -> Suffix {
    let negated = take(word: "not")
    let name = try expectName()
    if take("(") { return .test(name, try arguments(), negated: negated) }
    var arguments = Arguments()
    if startsArgument { arguments.positional = [try testArgument()] }
    return .test(name, arguments, negated: negated)
  }

  private mutating func testArgument() throws(TemplateError) -> Expression {
    try nested { parser throws(TemplateError) in try parser.primaryWithAccess() }
  }

  /// Whether a test's only argument follows without parentheses, as in `is equalto 3`.
  private var startsArgument: Bool {
    switch token.kind {
    case .name(let name): !["else", "or", "and", "is", "if", "in", "not"].contains(name)
    case .string, .integer, .number, .symbol("["), .symbol("{"): true
    default: false
    }
  }

  private mutating func arguments() throws(TemplateError) -> Arguments {
    var arguments = Arguments()
    while !take(")") {
      if case .name(let name) = token.kind, following.kind == .symbol("=") {
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty else { throw error("a positional argument follows a named one") }
        arguments.positional.append(try expression())
      }
      guard take(",") || token.kind == .symbol(")") else { throw unexpected("',' or ')'") }
    }
    return arguments
  }
}
