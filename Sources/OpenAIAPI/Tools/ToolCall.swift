/// A call of a function that the model has asked for.
package struct ToolCall: Equatable, Sendable {
  /// What the message with the result names.
  package var id: String

  /// The function.
  package var name: String

  /// What the model has written for arguments: JSON, if it made no mistake.
  package var arguments: String

  /// Makes a call.
  package init(id: String, name: String, arguments: String) {
    self.id = id
    self.name = name
    self.arguments = arguments
  }

  var json: JSONValue {
    [
      "id": .string(id), "type": "function",
      "function": ["name": .string(name), "arguments": .string(arguments)],
    ]
  }

  /// The calls of an assistant's message, none if there are none.
  static func list(_ fields: inout FieldReader, ignored: inout [String]) throws(APIError) -> [ToolCall] {
    let path = fields.path("tool_calls")
    guard let value = fields.value("tool_calls") else { return [] }
    guard case .array(let elements) = value else { throw .wrongType(path, "an array of calls", value) }
    var calls: [ToolCall] = []
    for (index, element) in elements.enumerated() {
      calls.append(try ToolCall(element, path: "\(path)[\(index)]", ignored: &ignored))
    }
    return calls
  }

  private init(_ value: JSONValue, path: String, ignored: inout [String]) throws(APIError) {
    guard case .object(let object) = value else { throw .wrongType(path, "a call object", value) }
    var fields = FieldReader(object, prefix: path + ".")
    let type = try fields.string("type") ?? "function"
    guard type == "function" else {
      throw .notSupported(fields.path("type"), .string(type), neutral: "\"function\"")
    }
    id = try fields.string("id") ?? ""
    guard let function = try fields.object("function") else { throw .missing(fields.path("function")) }
    var reader = FieldReader(function, prefix: path + ".function.")
    guard let name = try reader.string("name") else { throw .missing(reader.path("name")) }
    self.name = name
    arguments = try reader.string("arguments") ?? "{}"
    ignored += fields.unread + reader.unread
  }
}

/// What a chunk adds to a call.
package enum ToolCallPart: Equatable, Sendable {
  /// The call numbered `index` among those of its message begins, as yet without arguments.
  case begin(index: Int, id: String, name: String)

  /// More of its arguments.
  case arguments(index: Int, String)

  var json: JSONValue {
    switch self {
    case .begin(let index, let id, let name):
      [
        "index": .integer(index), "id": .string(id), "type": "function",
        "function": ["name": .string(name), "arguments": ""],
      ]
    case .arguments(let index, let text):
      ["index": .integer(index), "function": ["arguments": .string(text)]]
    }
  }
}
