extension Parser {
  /// An expression, `a if condition else b` included.
  mutating func expression() throws(TemplateError) -> Expression {
    try nested { parser throws(TemplateError) in
      let then = try parser.disjunction()
      guard parser.take(word: "if") else { return then }
      let condition = try parser.disjunction()
      let otherwise = parser.take(word: "else") ? try parser.expression() : nil
      return .conditional(condition: condition, then: then, otherwise: otherwise)
    }
  }

  /// An expression that ends before an `if`, which belongs to the `for`.
  mutating func expressionWithoutCondition() throws(TemplateError) -> Expression {
    try nested { parser throws(TemplateError) in try parser.disjunction() }
  }

  private mutating func disjunction() throws(TemplateError) -> Expression {
    var operands = [try conjunction()]
    while take(word: "or") { operands.append(try conjunction()) }
    return operands.count == 1 ? operands[0] : .any(operands)
  }

  private mutating func conjunction() throws(TemplateError) -> Expression {
    var operands = [try negation()]
    while take(word: "and") { operands.append(try negation()) }
    return operands.count == 1 ? operands[0] : .all(operands)
  }

  private mutating func negation() throws(TemplateError) -> Expression {
    guard take(word: "not") else { return try comparison() }
    return .not(try nested { parser throws(TemplateError) in try parser.negation() })
  }

  private mutating func comparison() throws(TemplateError) -> Expression {
    let first = try sum()
    var rest: [(operation: ComparisonOperator, operand: Expression)] = []
    while let operation = comparisonOperator() { rest.append((operation, try sum())) }
    return rest.isEmpty ? first : .comparison(first, rest)
  }

  private mutating func comparisonOperator() -> ComparisonOperator? {
    switch token.kind {
    case .symbol(let symbol):
      guard let operation = ComparisonOperator(rawValue: symbol) else { return nil }
      advance()
      return operation
    case .name("in"):
      advance()
      return .isIn
    case .name("not") where following.kind == .name("in"):
      advance()
      advance()
      return .isNotIn
    default: return nil
    }
  }

  private mutating func sum() throws(TemplateError) -> Expression {
    try arithmetic([.add, .subtract]) { parser throws(TemplateError) in try parser.concatenation() }
  }

  private mutating func concatenation() throws(TemplateError) -> Expression {
    var operands = [try product()]
    while take("~") { operands.append(try product()) }
    return operands.count == 1 ? operands[0] : .concatenation(operands)
  }

  private mutating func product() throws(TemplateError) -> Expression {
    try arithmetic([.multiply, .divide, .floorDivide, .remainder]) { parser throws(TemplateError) in
      try parser.arithmetic([.power]) { parser throws(TemplateError) in try parser.signed() }
    }
  }

  /// A chain of operators of one precedence, which all group to the left, powers too.
  private mutating func arithmetic(
    _ operators: [ArithmeticOperator], operand: (inout Parser) throws(TemplateError) -> Expression
  ) throws(TemplateError) -> Expression {
    let first = try operand(&self)
    var rest: [(operation: ArithmeticOperator, operand: Expression)] = []
    while case .symbol(let symbol) = token.kind, let operation = ArithmeticOperator(rawValue: symbol),
      operators.contains(operation)
    {
      advance()
      rest.append((operation, try operand(&self)))
    }
    return rest.isEmpty ? first : .arithmetic(first, rest)
  }

  /// A value with its signs; `-x|f` is `(-x)|f`, but `-x.y` is `-(x.y)`.
  private mutating func signed(takesFilters: Bool = true) throws(TemplateError) -> Expression {
    let value: Expression
    if take("-") {
      value = .negate(try nested { parser throws(TemplateError) in try parser.signed(takesFilters: false) })
    } else if take("+") {
      value = try nested { parser throws(TemplateError) in try parser.signed(takesFilters: false) }
    } else {
      value = try primaryWithAccess()
    }
    guard takesFilters else { return value }
    var suffixes: [Suffix] = []
    while let suffix = try filterOrTest() { suffixes.append(suffix) }
    return suffixes.isEmpty ? value : .postfix(value, suffixes)
  }

  mutating func primaryWithAccess() throws(TemplateError) -> Expression {
    let value = try primary()
    var suffixes: [Suffix] = []
    while let suffix = try access() { suffixes.append(suffix) }
    return suffixes.isEmpty ? value : .postfix(value, suffixes)
  }

  private mutating func primary() throws(TemplateError) -> Expression {
    let kind = token.kind
    switch kind {
    case .name(let name):
      advance()
      return Parser.constants[name].map(Expression.literal) ?? .name(name)
    case .string(let text): return .literal(.string(adjoiningStrings(text)))
    case .integer(let value):
      advance()
      return .literal(.integer(value))
    case .number(let value):
      advance()
      return .literal(.number(value))
    case .symbol("("): return try parenthesized()
    case .symbol("["):
      advance()
      return .list(try expressions(until: "]"))
    case .symbol("{"): return try mapping()
    default: throw unexpected("a value")
    }
  }

  private static let constants: [String: TemplateValue] = [
    "true": true, "True": true, "false": false, "False": false, "none": .none, "None": .none,
  ]

  /// Strings that stand side by side are one, as in Python.
  private mutating func adjoiningStrings(_ first: String) -> String {
    var text = first
    advance()
    while case .string(let more) = token.kind {
      text += more
      advance()
    }
    return text
  }

  private mutating func parenthesized() throws(TemplateError) -> Expression {
    try expect("(")
    if take(")") { return .list([]) }
    let first = try expression()
    if take(")") { return first }
    try expect(",")
    return .list([first] + (try expressions(until: ")")))
  }

  mutating func expressions(until closer: String) throws(TemplateError) -> [Expression] {
    var elements: [Expression] = []
    while !take(closer) {
      elements.append(try expression())
      guard take(",") || token.kind == .symbol(closer) else { throw unexpected("',' or '\(closer)'") }
    }
    return elements
  }

  private mutating func mapping() throws(TemplateError) -> Expression {
    try expect("{")
    var pairs: [(key: Expression, value: Expression)] = []
    while !take("}") {
      let key = try expression()
      try expect(":")
      pairs.append((key, try expression()))
      guard take(",") || token.kind == .symbol("}") else { throw unexpected("',' or '}'") }
    }
    return .mapping(pairs)
  }
}
