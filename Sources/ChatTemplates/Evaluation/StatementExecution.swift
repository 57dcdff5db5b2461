/// How execution goes on after a statement.
enum Flow {
  case onward, breakLoop, continueLoop
}

extension Interpreter {
  mutating func execute(_ statements: [Statement]) throws(TemplateError) -> Flow {
    for statement in statements {
      line = statement.line
      try charge()
      let flow = try nested { interpreter throws(TemplateError) in try interpreter.execute(statement.kind) }
      if flow != .onward { return flow }
    }
    return .onward
  }

  private mutating func execute(_ statement: Statement.Kind) throws(TemplateError) -> Flow {
    switch statement {
    case .text(let text): try write(text)
    case .output(let expression): try write(text(of: try evaluate(expression)))
    case .conditional(let branches, let otherwise): return try choose(branches, otherwise: otherwise)
    case .loop(let loop): return try run(loop)
    case .assign(let target, let expression): try assign(target, try evaluate(expression))
    case .capture(let target, let filters, let body):
      let (text, flow) = try captured(body)
      try assign(target, try apply(filters, to: .string(text)))
      return flow
    case .filter(let filters, let body):
      let (text, flow) = try captured(body)
      try write(self.text(of: try apply(filters, to: .string(text))))
      return flow
    case .macro(let macro):
      macros.append(macro)
      assign(macro.name, .macro(macros.count - 1))
    case .generation(let body):
      scopes.append([:])
      defer { scopes.removeLast() }
      return try execute(body)
    case .breakLoop: return .breakLoop
    case .continueLoop: return .continueLoop
    }
    return .onward
  }

  private mutating func write(_ text: String) throws(TemplateError) {
    try charge(textBytes: text.utf8.count)
    output += text
  }

  private mutating func choose(
    _ branches: [Statement.Branch], otherwise: [Statement]
  ) throws(TemplateError) -> Flow {
    for branch in branches where try evaluate(branch.condition).isTrue { return try execute(branch.body) }
    return try execute(otherwise)
  }

  /// Runs statements with an output of their own.
  mutating func captured(_ body: [Statement]) throws(TemplateError) -> (text: String, flow: Flow) {
    let outer = output
    output = ""
    let flow = try execute(body)
    let text = output
    output = outer
    return (text, flow)
  }

  private mutating func assign(_ target: Target, _ value: TemplateValue) throws(TemplateError) {
    switch target {
    case .names(let names): try bind(names, to: value)
    case .attribute(let name, let attribute):
      guard case .namespace(let index) = lookUp(name) else {
        throw error("cannot set '\(name).\(attribute)': '\(name)' is no namespace()")
      }
      try checkNesting(value)
      namespaces[index][attribute] = value
    }
  }

  /// Assigns a value to one name, or its elements to several.
  private mutating func bind(_ names: [String], to value: TemplateValue) throws(TemplateError) {
    guard names.count > 1 else {
      for name in names { assign(name, value) }
      return
    }
    let elements = try elements(of: value)
    guard elements.count == names.count else {
      throw error("cannot unpack \(elements.count) values into \(names.count) names")
    }
    for (name, element) in zip(names, elements) { assign(name, element) }
  }

  private mutating func run(_ loop: Statement.Loop) throws(TemplateError) -> Flow {
    var elements = try elements(of: try evaluate(loop.sequence))
    scopes.append([:])
    defer { scopes.removeLast() }
    if let condition = loop.condition { elements = try keep(elements, of: loop, where: condition) }
    guard !elements.isEmpty else { return try execute(loop.otherwise) }
    for (index, element) in elements.enumerated() {
      try charge()
      scopes[scopes.count - 1] = ["loop": Interpreter.loopVariable(index, elements)]
      try bind(loop.names, to: element)
      if try execute(loop.body) == .breakLoop { break }
    }
    return .onward
  }

  private mutating func keep(
    _ elements: [TemplateValue], of loop: Statement.Loop, where condition: Expression
  ) throws(TemplateError) -> [TemplateValue] {
    var kept: [TemplateValue] = []
    for element in elements {
      try bind(loop.names, to: element)
      if try evaluate(condition).isTrue { kept.append(element) }
    }
    return kept
  }

  private static func loopVariable(_ index: Int, _ elements: [TemplateValue]) -> TemplateValue {
    var loop: TemplateMapping = [
      "index": .integer(index + 1), "index0": .integer(index), "length": .integer(elements.count),
      "revindex": .integer(elements.count - index), "revindex0": .integer(elements.count - index - 1),
      "first": .boolean(index == 0), "last": .boolean(index == elements.count - 1),
    ]
    if index > 0 { loop["previtem"] = elements[index - 1] }
    if index + 1 < elements.count { loop["nextitem"] = elements[index + 1] }
    return .mapping(loop)
  }

  /// The elements that Python would iterate over.
  mutating func elements(of value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
    switch value {
    case .list(let elements): return elements
    case .mapping(let mapping):
      try charge(mapping.keys.count)
      return mapping.keys.map(TemplateValue.string)
    case .string(let text):
      try charge(text.utf8.count)
      return text.unicodeScalars.map { .string(String(Character($0))) }
    case .undefined: return []
    default: throw error("a value of type \(value.kind) cannot be iterated over")
    }
  }
}
