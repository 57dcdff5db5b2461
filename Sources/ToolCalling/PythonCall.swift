import OpenAIAPI

/// What Llama 3 writes behind `<|python_tag|>` when it is no JSON: a call of a built-in tool, or code for an interpreter.
///
/// `brave_search.call(query="...")` calls a function with texts as arguments. Anything else is code, for a tool that takes some, and so
/// is that where there is such a tool but no such function.
struct PythonCall {
  let name: String
  let arguments: String

  /// The names that tools for code go by, whose argument is `code`.
  private static let interpreters = ["python", "ipython", "code_interpreter"]

  /// Nil if nobody takes the code.
  init?(_ text: [UInt8], marker: [UInt8]?, tools: Set<String>) {
    let code = String(decoding: text, as: UTF8.self).drop(while: \.isWhitespace)
      .dropFirst(String(decoding: marker ?? [], as: UTF8.self).count)
    let interpreter = Self.interpreters.first(where: tools.contains)
    if let (name, arguments) = Self.builtIn(String(code)), interpreter == nil || tools.contains(name) {
      self.name = name
      self.arguments = String(decoding: JSONValue.object(arguments).encoded, as: UTF8.self)
    } else if let interpreter {
      name = interpreter
      let arguments: JSONValue = ["code": .string(String(code))]
      self.arguments = String(decoding: arguments.encoded, as: UTF8.self)
    } else {
      return nil
    }
  }

  /// A text that is `name.call(key="value", ...)` and nothing else.
  private static func builtIn(_ code: String) -> (name: String, arguments: JSONObject)? {
    guard let match = code.wholeMatch(of: /\s*([A-Za-z_]\w*)\.call\((.*)\)\s*/.dotMatchesNewlines()) else {
      return nil
    }
    var arguments = JSONObject()
    var rest = match.2
    while let pair = rest.prefixMatch(of: /\s*([A-Za-z_]\w*)\s*=\s*("(?:[^"\\]|\\.)*")\s*(?:,|$)/) {
      guard let value = try? JSONParser.parse(Array(pair.2.utf8)) else { return nil }
      arguments[String(pair.1)] = value
      rest = rest[pair.range.upperBound...]
    }
    return rest.allSatisfy(\.isWhitespace) ? (String(match.1), arguments) : nil
  }
}
