extension Interpreter {
  /// The value as Python's `str` shows it, paid for by its size.
  mutating func text(of value: TemplateValue) throws(TemplateError) -> String {
    switch value {
    case .string(let text): return text
    case .undefined: return ""
    default:
      var text = ""
      try represent(value, in: &text)
      try charge(textBytes: text.utf8.count)
      return text
    }
  }

  /// Appends the value as Python's `repr` shows it.
  private mutating func represent(_ value: TemplateValue, in text: inout String) throws(TemplateError) {
    try charge()
    switch value {
    case .undefined: text += "Undefined"
    case .none: text += "None"
    case .boolean(let value): text += value ? "True" : "False"
    case .integer(let value): text += String(value)
    case .number(let value): text += Interpreter.python(value)
    case .string(let string):
      try charge(textBytes: string.utf8.count)
      text += Interpreter.quoted(string)
    case .list(let elements):
      text += "["
      for (index, element) in elements.enumerated() {
        if index > 0 { text += ", " }
        try represent(element, in: &text)
      }
      text += "]"
    case .mapping(let mapping):
      text += "{"
      for (index, pair) in mapping.pairs.enumerated() {
        text += (index > 0 ? ", " : "") + Interpreter.quoted(pair.key) + ": "
        try represent(pair.value, in: &text)
      }
      text += "}"
    case .namespace, .macro, .function: text += "<\(value.kind)>"
    }
  }

  /// A double as Python writes it; its exponents begin at 1e16, Swift's do not.
  static func python(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    if let whole = Int(exactly: number), number.magnitude < 1e16, whole != 0 { return "\(whole).0" }
    return number.description
  }

  private static func quoted(_ text: String) -> String {
    let quote: Unicode.Scalar = text.contains("'") && !text.contains("\"") ? "\"" : "'"
    var quoted = String(Character(quote))
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case quote: quoted += "\\" + String(Character(quote))
      case "\0"..."\u{1F}", "\u{7F}":
        quoted += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + String(Character(quote))
  }
}
