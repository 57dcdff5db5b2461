extension Interpreter {
  static func trimFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.call("strip", onText: try interpreter.text(of: value), arguments)
  }

  static func upperFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.made(try interpreter.text(of: value).uppercased())
  }

  static func lowerFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.made(try interpreter.text(of: value).lowercased())
  }

  static func titleFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.made(
      try interpreter.text(of: value).titleCased { " \t\n-({[<".unicodeScalars.contains($0) })
  }

  static func capitalizeFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.made(try interpreter.text(of: value).titleCased { _ in false })
  }

  static func replaceFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    try interpreter.call("replace", onText: try interpreter.text(of: value), arguments)
  }

  static func indentFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let width = arguments.value(0, "width")?.integerValue ?? 4
    guard (0...64).contains(width) else { throw interpreter.error("indent's width must be from 0 to 64") }
    let indentsFirst = arguments.value(1, "first")?.isTrue ?? false
    let indentsBlank = arguments.value(2, "blank")?.isTrue ?? false
    let lines = try interpreter.text(of: value).split(separator: "\n", omittingEmptySubsequences: false)
    try interpreter.charge(textBytes: lines.count * width)
    let indented = lines.enumerated().map { index, line in
      (index == 0 ? indentsFirst : indentsBlank || !line.isEmpty)
        ? String(repeating: " ", count: width) + line : String(line)
    }
    return try interpreter.made(indented.joined(separator: "\n"))
  }

  static func joinFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    let separator = try interpreter.text(of: arguments.value(0, "d") ?? "")
    var elements = try interpreter.elements(of: value)
    if let attribute = arguments.value(1, "attribute") {
      elements = try interpreter.mapped(elements) { interpreter, element throws(TemplateError) in
        try interpreter.element(attribute, of: element)
      }
    }
    var text = ""
    for (index, element) in elements.enumerated() {
      let piece = try interpreter.text(of: element)
      try interpreter.charge(textBytes: piece.utf8.count + separator.utf8.count)
      text += (index > 0 ? separator : "") + piece
    }
    return .string(text)
  }
}

extension Expression {
  /// Whether its value is what Jinja calls markup: the result of `safe`, or a sum that has such a part.
  ///
  /// Markup that went through a variable is text here; Jinja would know it again.
  var isSafe: Bool {
    switch self {
    case .postfix(_, let suffixes):
      if case .filter("safe", _)? = suffixes.last { true } else { false }
    case .arithmetic(let first, let rest): first.isSafe || rest.contains { $0.operand.isSafe }
    default: false
    }
  }
}

extension String {
  /// The text with the characters escaped that HTML gives a meaning, as MarkupSafe writes them.
  var escapedAsHTML: String {
    var escaped = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "'": escaped += "&#39;"
      case "\"": escaped += "&#34;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// The text with a capital after each break and small letters elsewhere.
  func titleCased(isBreak: (Unicode.Scalar) -> Bool) -> String {
    var result = ""
    var isStart = true
    for scalar in unicodeScalars {
      result += isStart ? scalar.properties.titlecaseMapping : scalar.properties.lowercaseMapping
      isStart = isBreak(scalar)
    }
    return result
  }

  /// The text without white space at its ends.
  var trimmedAsPython: String {
    var rest = unicodeScalars[...]
    while rest.first?.properties.isWhitespace == true { rest.removeFirst() }
    while rest.last?.properties.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
