extension Interpreter {
  mutating func mapped(
    _ elements: [TemplateValue],
    _ transform: (inout Interpreter, TemplateValue) throws(TemplateError) -> TemplateValue
  ) throws(TemplateError) -> [TemplateValue] {
    var mapped: [TemplateValue] = []
    for element in elements {
      try charge()
      mapped.append(try transform(&self, element))
    }
    return mapped
  }

  static func lengthFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    switch value {
    case .string(let text):
      try interpreter.charge(text.utf8.count / 64)
      return .integer(text.unicodeScalars.count)
    case .mapping(let mapping): return .integer(mapping.keys.count)
    default: return .integer(try interpreter.elements(of: value).count)
    }
  }

  static func firstFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.elements(of: value).first ?? .undefined("the first element")
  }

  static func lastFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.elements(of: value).last ?? .undefined("the last element")
  }

  static func listFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    .list(try interpreter.elements(of: value))
  }

  static func reverseFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    if case .string(let text) = value { return try interpreter.made(String(text.unicodeScalars.reversed())) }
    let elements = try interpreter.elements(of: value)
    try interpreter.charge(elements.count)
    return .list(elements.reversed())
  }

  static func uniqueFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    var unique: [TemplateValue] = []
    var keys: [TemplateValue] = []
    for element in try interpreter.elements(of: value) {
      // Jinja's own default: strings that differ in case alone are the same.
      var key = element
      if case .string(let text) = element { key = try interpreter.made(text.lowercased()) }
      if try interpreter.contains(.list(keys), key) { continue }
      keys.append(key)
      unique.append(element)
    }
    return .list(unique)
  }

  static func itemsFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    if value.isUndefined { return [] }
    return try interpreter.call("items", on: value, CallArguments())
  }

  /// `map(attribute='name')`, or `map('filter', ...)`.
  static func mapFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    // Jinja maps and selects over whatever is false, None too, as over nothing.
    guard value.isTrue else { return [] }
    let elements = try interpreter.elements(of: value)
    if let attribute = arguments.named["attribute"] {
      let standard = arguments.named["default"]
      return .list(
        try interpreter.mapped(elements) { interpreter, element throws(TemplateError) in
          let value = try interpreter.element(attribute, of: element)
          return value.isUndefined ? standard ?? value : value
        })
    }
    guard case .string(let name)? = arguments.positional.first else {
      throw interpreter.error("map takes a filter's name or attribute=")
    }
    let rest = CallArguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
    return .list(
      try interpreter.mapped(elements) { interpreter, element throws(TemplateError) in
        try interpreter.filter(element, name, rest)
      })
  }

  static func selectFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.select(value, byAttribute: false, keeps: true, arguments)
  }

  static func rejectFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.select(value, byAttribute: false, keeps: false, arguments)
  }

  static func selectAttributeFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.select(value, byAttribute: true, keeps: true, arguments)
  }

  static func rejectAttributeFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.select(value, byAttribute: true, keeps: false, arguments)
  }

  /// The elements that a test takes, or does not take; without a test, those that are true.
  private mutating func select(
    _ value: TemplateValue, byAttribute: Bool, keeps: Bool, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    guard value.isTrue else { return [] }
    var rest = arguments.positional[...]
    let attribute = byAttribute ? rest.popFirst() : nil
    guard byAttribute == (attribute != nil) else {
      throw error("selectattr and rejectattr take an attribute's name")
    }
    let name = try rest.popFirst().map { name throws(TemplateError) in try text(of: name) }
    var selected: [TemplateValue] = []
    for element in try elements(of: value) {
      try charge()
      let subject =
        try attribute.map { name throws(TemplateError) in try self.element(name, of: element) } ?? element
      let isTaken =
        try name.map { name throws(TemplateError) in
          try test(subject, name, CallArguments(positional: Array(rest)))
        }
        ?? subject.isTrue
      if isTaken == keeps { selected.append(element) }
    }
    return .list(selected)
  }
}
