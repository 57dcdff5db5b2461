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
    // With an end behind the last line, as Jinja does it: an empty one is there too.
    let lines = (try interpreter.text(of: value) + "\n").lines
    try interpreter.charge(textBytes: lines.count * width)
    let indented = lines.enumerated().map { index, line in
      (index == 0 ? indentsFirst : indentsBlank || !line.isEmpty)
        ? String(repeating: " ", count: width) + line : line
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

  /// The lines, which end where Python's `splitlines` ends them; behind the last end none begins.
  var lines: [String] {
    var lines: [String] = []
    var (start, place) = (unicodeScalars.startIndex, unicodeScalars.startIndex)
    while place < unicodeScalars.endIndex {
      let (scalar, end) = (unicodeScalars[place], place)
      unicodeScalars.formIndex(after: &place)
      guard scalar.endsLine else { continue }
      if scalar == "\r", place < unicodeScalars.endIndex, unicodeScalars[place] == "\n" {
        unicodeScalars.formIndex(after: &place)
      }
      lines.append(String(unicodeScalars[start..<end]))
      start = place
    }
    if start < unicodeScalars.endIndex { lines.append(String(unicodeScalars[start...])) }
    return lines
  }

  /// The text without white space at its ends.
  var trimmedAsPython: String {
    var rest = unicodeScalars[...]
    while rest.first?.properties.isWhitespace == true { rest.removeFirst() }
    while rest.last?.properties.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}

extension Unicode.Scalar {
  fileprivate var endsLine: Bool {
    switch value {
    case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }
}
