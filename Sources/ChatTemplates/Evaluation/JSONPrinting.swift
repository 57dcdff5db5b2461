/// How `tojson` lays out its text, as Python's `json.dumps` does.
struct JSONLayout {
  /// Blanks for each level; nil keeps all in one line.
  var indent: Int?
  var itemSeparator = ", "
  var keySeparator = ": "
  var sortsKeys = false
  var escapesNonASCII = false
}

extension Interpreter {
  /// `value|tojson`, with the parameters that transformers gives to it.
  static func jsonFilter(
    _ interpreter: inout Interpreter, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateError) -> TemplateValue {
    var layout = JSONLayout()
    layout.escapesNonASCII = arguments.value(0, "ensure_ascii")?.isTrue ?? false
    layout.sortsKeys = arguments.value(3, "sort_keys")?.isTrue ?? false
    if let indent = arguments.value(1, "indent")?.integerValue {
      guard (0...16).contains(indent) else { throw interpreter.error("tojson's indent must be from 0 to 16") }
      layout.indent = indent
      layout.itemSeparator = ","
    }
    if case .list(let separators)? = arguments.value(2, "separators"), separators.count == 2 {
      layout.itemSeparator = try interpreter.text(of: separators[0])
      layout.keySeparator = try interpreter.text(of: separators[1])
    }
    var text = ""
    try interpreter.writeJSON(value, layout, level: 0, to: &text)
    return .string(text)
  }

  private mutating func writeJSON(
    _ value: TemplateValue, _ layout: JSONLayout, level: Int, to text: inout String
  ) throws(TemplateError) {
    try charge()
    switch value {
    case .none: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Interpreter.python(value)
    case .string(let string): try writeJSON(string, layout, to: &text)
    case .list(let elements):
      try writeJSON("[", "]", count: elements.count, layout, level: level, to: &text) {
        interpreter, index, text throws(TemplateError) in
        try interpreter.writeJSON(elements[index], layout, level: level + 1, to: &text)
      }
    case .mapping(let mapping):
      let pairs =
        layout.sortsKeys
        ? mapping.pairs.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : mapping.pairs
      try writeJSON("{", "}", count: pairs.count, layout, level: level, to: &text) {
        interpreter, index, text throws(TemplateError) in
        try interpreter.writeJSON(pairs[index].key, layout, to: &text)
        text += layout.keySeparator
        try interpreter.writeJSON(pairs[index].value, layout, level: level + 1, to: &text)
      }
    case .undefined(let name): throw error("'\(name)' is undefined, so it has no JSON form")
    case .namespace, .macro, .function: throw error("a value of type \(value.kind) has no JSON form")
    }
  }

  private mutating func writeJSON(
    _ opening: String, _ closing: String, count: Int, _ layout: JSONLayout, level: Int, to text: inout String,
    item: (inout Interpreter, Int, inout String) throws(TemplateError) -> Void
  ) throws(TemplateError) {
    text += opening
    for index in 0..<count {
      let lineBreak = Interpreter.lineBreak(layout, level: level + 1)
      try charge(
        textBytes: lineBreak.utf8.count + layout.itemSeparator.utf8.count + layout.keySeparator.utf8.count)
      text += (index > 0 ? layout.itemSeparator : "") + lineBreak
      try item(&self, index, &text)
    }
    if count > 0 { text += Interpreter.lineBreak(layout, level: level) }
    text += closing
  }

  private static func lineBreak(_ layout: JSONLayout, level: Int) -> String {
    layout.indent.map { "\n" + String(repeating: " ", count: $0 * level) } ?? ""
  }

  private mutating func writeJSON(
    _ string: String, _ layout: JSONLayout, to text: inout String
  ) throws(TemplateError) {
    try charge(textBytes: string.utf8.count)
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case _ where scalar.value < 0x20 || (layout.escapesNonASCII && scalar.value > 0x7E):
        for unit in String(Character(scalar)).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
