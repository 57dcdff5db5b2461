extension Interpreter {
  typealias Filter =
    @Sendable (inout Interpreter, TemplateValue, CallArguments) throws(TemplateError) -> TemplateValue

  /// The filters by name; a new one is a function and a line here.
  static let filters: [String: Filter] = [
    "capitalize": capitalizeFilter, "count": lengthFilter, "d": defaultFilter, "default": defaultFilter,
    "dictsort": sortedItemsFilter, "first": firstFilter, "float": floatFilter, "indent": indentFilter,
    "int": integerFilter, "items": itemsFilter, "join": joinFilter, "last": lastFilter,
    "length": lengthFilter,
    "list": listFilter, "lower": lowerFilter, "map": mapFilter, "reject": rejectFilter,
    "rejectattr": rejectAttributeFilter, "replace": replaceFilter, "reverse": reverseFilter,
    "safe": stringFilter, "select": selectFilter, "selectattr": selectAttributeFilter, "sort": sortFilter,
    "string": stringFilter, "title": titleFilter,
    "tojson": jsonFilter, "trim": trimFilter, "unique": uniqueFilter, "upper": upperFilter,
  ]

  mutating func filter(
    _ value: TemplateValue, _ name: String, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    guard let filter = Interpreter.filters[name] else {
      throw error(
        "the filter '\(name)' is unknown; known: \(Interpreter.filters.keys.sorted().joined(separator: ", "))"
      )
    }
    return try filter(&self, value, arguments)
  }

  private static func defaultFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) -> TemplateValue {
    let replacesFalse = arguments.value(1, "boolean")?.isTrue ?? false
    let isAbsent = value.isUndefined || (replacesFalse && !value.isTrue)
    return isAbsent ? arguments.value(0, "default_value") ?? "" : value
  }

  private static func stringFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    .string(try interpreter.text(of: value))
  }

  private static func integerFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) -> TemplateValue {
    if let integer = value.integerValue { return .integer(integer) }
    let standard = arguments.value(0, "default") ?? 0
    if case .string(let text) = value, let integer = Int(text.trimmedAsPython) { return .integer(integer) }
    guard let number = number(value), let integer = Int(exactly: number.rounded(.towardZero)) else {
      return standard
    }
    return .integer(integer)
  }

  private static func floatFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) -> TemplateValue {
    number(value).map(TemplateValue.number) ?? arguments.value(0, "default") ?? 0.0
  }

  private static func number(_ value: TemplateValue) -> Double? {
    if case .string(let text) = value { Double(text.trimmedAsPython) } else { value.doubleValue }
  }
}
