extension Interpreter {
  /// Tests that look at nothing but the value.
  private static let kindTests: [String: @Sendable (TemplateValue) -> Bool] = [
    "defined": { !$0.isUndefined },
    "undefined": { $0.isUndefined },
    "none": { $0 == .none },
    "boolean": { $0.kind == "bool" },
    "true": { $0 == true },
    "false": { $0 == false },
    "integer": { $0.kind == "int" },
    "float": { $0.kind == "float" },
    "number": { $0.doubleValue != nil },
    "string": { $0.kind == "str" },
    "mapping": { $0.kind == "dict" },
    "sequence": { ["list", "str", "dict", "undefined"].contains($0.kind) },
    "iterable": { ["list", "str", "dict", "undefined"].contains($0.kind) },
    "callable": { ["macro", "function"].contains($0.kind) },
  ]

  /// Tests that compare with an argument.
  private static let comparisons: [String: ComparisonOperator] = [
    "equalto": .equal, "eq": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual, "lt": .less,
    "lessthan": .less,
    "<": .less, "le": .lessOrEqual, "<=": .lessOrEqual, "gt": .greater, "greaterthan": .greater,
    ">": .greater,
    "ge": .greaterOrEqual, ">=": .greaterOrEqual, "in": .isIn,
  ]

  mutating func test(
    _ value: TemplateValue, _ name: String, _ arguments: CallArguments
  ) throws(TemplateError) -> Bool {
    if let test = Interpreter.kindTests[name] { return test(value) }
    if let comparison = Interpreter.comparisons[name] {
      guard let other = arguments.positional.first else {
        throw error("the test '\(name)' takes an argument")
      }
      return try holds(value, comparison, other)
    }
    switch name {
    case "odd", "even":
      guard let integer = value.integerValue else { throw error("the test '\(name)' takes an integer") }
      return (integer & 1 == 1) == (name == "odd")
    case "divisibleby":
      guard let integer = value.integerValue, let divisor = arguments.positional.first?.integerValue,
        divisor != 0
      else {
        throw error("the test 'divisibleby' takes two integers, the second not 0")
      }
      return integer.remainderReportingOverflow(dividingBy: divisor).partialValue == 0
    case "upper", "lower":
      guard case .string(let text) = value else { return false }
      return text == (name == "upper" ? text.uppercased() : text.lowercased())
        && text.contains(where: \.isCased)
    default:
      let known = Interpreter.kindTests.keys.sorted().joined(separator: ", ")
      throw error(
        "the test '\(name)' is unknown; known: \(known), equalto, in, odd, even, divisibleby, upper, lower")
    }
  }
}
