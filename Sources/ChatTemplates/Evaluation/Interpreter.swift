/// One rendering of a template: its variables, its output so far and what it has used of its limits.
struct Interpreter {
  let nowSeconds: Int
  let limits: TemplateLimits

  /// The variables, outermost scope first; `for` bodies and macros have their own.
  var scopes: [[String: TemplateValue]]
  var namespaces: [TemplateMapping] = []
  var macros: [Macro] = []
  var output = ""

  /// The line of the statement that is running.
  var line = 1
  private var steps = 0
  private var textBytes = 0
  private var depth = 0

  init(_ variables: TemplateMapping, nowSeconds: Int, limits: TemplateLimits) {
    self.nowSeconds = nowSeconds
    self.limits = limits
    scopes = [Dictionary(uniqueKeysWithValues: variables.pairs.map { ($0.key, $0.value) })]
  }

  mutating func run(_ statements: [Statement]) throws(TemplateError) -> String {
    guard try execute(statements) == .onward else { throw error("'break' and 'continue' need a loop") }
    return output
  }

  func error(_ message: String) -> TemplateError {
    TemplateError(kind: .evaluation, line: line, message: message)
  }

  /// Pays for work in steps.
  mutating func charge(_ count: Int = 1) throws(TemplateError) {
    steps += count
    guard steps <= limits.steps else {
      throw TemplateError(kind: .limit, line: line, message: "takes more than \(limits.steps) steps")
    }
  }

  /// Pays for text before it is made.
  mutating func charge(textBytes count: Int) throws(TemplateError) {
    textBytes += count
    guard textBytes <= limits.textBytes else {
      throw TemplateError(
        kind: .limit, line: line, message: "makes more than \(limits.textBytes) bytes of text")
    }
  }

  /// A string whose bytes are paid for.
  mutating func made(_ text: String) throws(TemplateError) -> TemplateValue {
    try charge(textBytes: text.utf8.count)
    return .string(text)
  }

  mutating func nested<Result>(
    _ body: (inout Interpreter) throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    guard depth < limits.depth else {
      throw TemplateError(kind: .limit, line: line, message: "nests deeper than \(limits.depth) levels")
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  func lookUp(_ name: String) -> TemplateValue {
    for scope in scopes.reversed() {
      if let value = scope[name] { return value }
    }
    return Interpreter.functions[name] == nil ? .undefined(name) : .function(name)
  }

  mutating func assign(_ name: String, _ value: TemplateValue) {
    scopes[scopes.count - 1][name] = value
  }

  /// Refuses what would make a list or mapping too deep to walk, or a namespace hold itself.
  mutating func checkNesting(_ value: TemplateValue, depth: Int = 1) throws(TemplateError) {
    try charge()
    guard depth <= TemplateLimits.valueDepth else {
      throw TemplateError(
        kind: .limit, line: line,
        message: "makes a value that nests deeper than \(TemplateLimits.valueDepth) levels")
    }
    switch value {
    case .list(let elements):
      for element in elements { try checkNesting(element, depth: depth + 1) }
    case .mapping(let mapping):
      for pair in mapping.pairs { try checkNesting(pair.value, depth: depth + 1) }
    case .namespace: throw error("a namespace cannot be stored in another value")
    default: break
    }
  }
}
