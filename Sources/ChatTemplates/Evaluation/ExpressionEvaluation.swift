/// Arguments of a call, evaluated.
struct CallArguments {
  var positional: [TemplateValue] = []
  var named = TemplateMapping()

  /// The argument that may be given by position or by name.
  func value(_ position: Int, _ name: String) -> TemplateValue? {
    position < positional.count ? positional[position] : named[name]
  }
}

extension Interpreter {
  mutating func evaluate(_ expression: Expression) throws(TemplateError) -> TemplateValue {
    try charge()
    switch expression {
    case .literal(let value): return value
    case .name(let name): return lookUp(name)
    default: return try nested { interpreter throws(TemplateError) in try interpreter.compute(expression) }
    }
  }

  private mutating func compute(_ expression: Expression) throws(TemplateError) -> TemplateValue {
    switch expression {
    case .literal, .name: return try evaluate(expression)
    case .list(let elements): return try list(elements)
    case .mapping(let pairs): return try mapping(pairs)
    case .postfix(let base, let suffixes): return try apply(suffixes, to: try evaluate(base))
    case .negate(let operand): return try negate(try evaluate(operand))
    case .not(let operand): return .boolean(!(try evaluate(operand).isTrue))
    case .arithmetic(let first, let rest):
      let escapes = expression.isSafe
      var value = try operand(first, escapes: escapes)
      for (operation, next) in rest {
        value = try combine(value, operation, try operand(next, escapes: escapes))
      }
      return value
    case .comparison(let first, let rest): return try compare(first, rest)
    case .concatenation(let operands): return try concatenate(operands)
    case .any(let operands): return try firstDecisive(operands, isTrue: true)
    case .all(let operands): return try firstDecisive(operands, isTrue: false)
    case .conditional(let condition, let then, let otherwise):
      if try evaluate(condition).isTrue { return try evaluate(then) }
      return try otherwise.map { value throws(TemplateError) in try evaluate(value) }
        ?? .undefined("an 'if' without 'else'")
    }
  }

  private mutating func list(_ expressions: [Expression]) throws(TemplateError) -> TemplateValue {
    var elements: [TemplateValue] = []
    for expression in expressions { elements.append(try evaluate(expression)) }
    let list = TemplateValue.list(elements)
    try checkNesting(list)
    return list
  }

  private mutating func mapping(
    _ pairs: [(key: Expression, value: Expression)]
  ) throws(TemplateError) -> TemplateValue {
    var mapping = TemplateMapping()
    for pair in pairs {
      guard case .string(let key) = try evaluate(pair.key) else {
        throw error("a mapping's keys must be strings")
      }
      try charge(key.utf8.count / 64)
      mapping[key] = try evaluate(pair.value)
    }
    try checkNesting(.mapping(mapping))
    return .mapping(mapping)
  }

  /// An operand of arithmetic: beside one that is safe, every other string is escaped as HTML.
  private mutating func operand(_ expression: Expression, escapes: Bool) throws(TemplateError)
    -> TemplateValue
  {
    let value = try evaluate(expression)
    guard escapes, !expression.isSafe, case .string(let text) = value else { return value }
    return try made(text.escapedAsHTML)
  }

  /// The first operand that decides an `or` or `and`, else the last; operands are values, as in Python.
  private mutating func firstDecisive(
    _ operands: [Expression], isTrue decisive: Bool
  ) throws(TemplateError) -> TemplateValue {
    var value = TemplateValue.none
    for operand in operands {
      value = try evaluate(operand)
      if value.isTrue == decisive { return value }
    }
    return value
  }

  private mutating func compare(
    _ first: Expression, _ rest: [(operation: ComparisonOperator, operand: Expression)]
  ) throws(TemplateError) -> TemplateValue {
    var left = try evaluate(first)
    for (operation, operand) in rest {
      let right = try evaluate(operand)
      guard try holds(left, operation, right) else { return false }
      left = right
    }
    return true
  }

  private mutating func concatenate(_ operands: [Expression]) throws(TemplateError) -> TemplateValue {
    var text = ""
    for operand in operands {
      let piece = try self.text(of: try evaluate(operand))
      try charge(textBytes: piece.utf8.count)
      text += piece
    }
    return .string(text)
  }

  mutating func apply(_ suffixes: [Suffix], to base: TemplateValue) throws(TemplateError) -> TemplateValue {
    var value = base
    for suffix in suffixes {
      try charge()
      value = try apply(suffix, to: value)
    }
    return value
  }

  private mutating func apply(_ suffix: Suffix, to value: TemplateValue) throws(TemplateError)
    -> TemplateValue
  {
    switch suffix {
    case .attribute(let name): return try attribute(name, of: value)
    case .element(let index): return try element(try evaluate(index), of: value)
    case .slice(let start, let stop, let step): return try slice(value, start, stop, step)
    case .call(let arguments): return try call(value, try evaluate(arguments))
    case .method(let name, let arguments): return try call(name, on: value, try evaluate(arguments))
    case .filter(let name, let arguments): return try filter(value, name, try evaluate(arguments))
    case .test(let name, let arguments, let negated):
      return .boolean(try test(value, name, try evaluate(arguments)) != negated)
    }
  }

  private mutating func evaluate(_ arguments: Arguments) throws(TemplateError) -> CallArguments {
    var evaluated = CallArguments()
    for argument in arguments.positional { evaluated.positional.append(try evaluate(argument)) }
    for (name, value) in arguments.named { evaluated.named[name] = try evaluate(value) }
    return evaluated
  }
}
