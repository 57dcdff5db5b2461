extension Interpreter {
  typealias Function =
    @Sendable (inout Interpreter, CallArguments) throws(TemplateError) -> TemplateValue

  /// The functions that every template has.
  static let functions: [String: Function] = [
    "range": range, "namespace": namespace, "dict": dictionary, "raise_exception": raise, "strftime_now": now,
  ]

  mutating func call(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateError)
    -> TemplateValue
  {
    switch value {
    case .function(let name):
      guard let function = Interpreter.functions[name] else { throw error("'\(name)' is no function") }
      return try function(&self, arguments)
    case .macro(let index): return try call(macros[index], arguments)
    case .undefined(let name): throw error("'\(name)' is undefined, so it cannot be called")
    default: throw error("a value of type \(value.kind) cannot be called")
    }
  }

  /// Runs a macro, which sees the outermost variables and its own; its text is its value.
  private mutating func call(_ macro: Macro, _ arguments: CallArguments) throws(TemplateError)
    -> TemplateValue
  {
    guard arguments.positional.count <= macro.parameters.count else {
      throw error("macro '\(macro.name)' takes up to \(macro.parameters.count) arguments")
    }
    if let unknown = arguments.named.keys.first(where: { name in
      !macro.parameters.contains { $0.name == name }
    }) {
      throw error("macro '\(macro.name)' has no parameter '\(unknown)'")
    }
    let outer = (scopes, line)
    // After an error too: the loops around the call count on finding their scopes.
    defer { (scopes, line) = outer }
    scopes = [scopes[0], [:]]
    for (index, parameter) in macro.parameters.enumerated() {
      let standard = try parameter.standard.map { value throws(TemplateError) in try evaluate(value) }
      assign(parameter.name, arguments.value(index, parameter.name) ?? standard ?? .undefined(parameter.name))
    }
    let (text, flow) = try nested { interpreter throws(TemplateError) in try interpreter.captured(macro.body)
    }
    guard flow == .onward else { throw error("'break' and 'continue' need a loop") }
    return .string(text)
  }

  private static func range(
    _ interpreter: inout Interpreter, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let bounds = arguments.positional.compactMap(\.integerValue)
    guard (1...3).contains(bounds.count), bounds.count == arguments.positional.count else {
      throw interpreter.error("range() takes one to three integers")
    }
    let start = bounds.count == 1 ? 0 : bounds[0]
    let stop = bounds.count == 1 ? bounds[0] : bounds[1]
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw interpreter.error("range() cannot have a step of 0") }
    var elements: [TemplateValue] = []
    for value in stride(from: start, to: stop, by: step) {
      guard elements.count < TemplateLimits.rangeLength else {
        throw TemplateError(
          kind: .limit, line: interpreter.line,
          message: "range() has more than \(TemplateLimits.rangeLength) elements")
      }
      elements.append(.integer(value))
    }
    try interpreter.charge(elements.count)
    return .list(elements)
  }

  private static func namespace(
    _ interpreter: inout Interpreter, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    guard case .mapping(let members) = try dictionary(&interpreter, arguments) else { return .none }
    interpreter.namespaces.append(members)
    return .namespace(interpreter.namespaces.count - 1)
  }

  private static func dictionary(
    _ interpreter: inout Interpreter, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    var members = TemplateMapping()
    if case .mapping(let given)? = arguments.positional.first { members = given }
    for (name, value) in arguments.named.pairs { members[name] = value }
    try interpreter.checkNesting(.mapping(members))
    return .mapping(members)
  }

  private static func raise(
    _ interpreter: inout Interpreter, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let message = try interpreter.text(of: arguments.value(0, "message") ?? "the template refuses its input")
    throw TemplateError(kind: .raised, line: interpreter.line, message: message)
  }

  private static func now(
    _ interpreter: inout Interpreter, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    guard case .string(let format)? = arguments.value(0, "format") else {
      throw interpreter.error("strftime_now() takes a format string")
    }
    return try interpreter.made(CivilTime(secondsSince1970: interpreter.nowSeconds).formatted(format))
  }
}
