/// Whether the model calls a function.
package enum ToolChoice: Equatable, Sendable {
  /// It is told of no function.
  case none

  /// As it likes.
  case auto

  /// It calls at least one.
  case required

  /// It calls this one.
  case function(String)

  static func read(_ fields: inout FieldReader, tools: [ToolDefinition]) throws(APIError) -> ToolChoice {
    let path = fields.path("tool_choice")
    guard let value = fields.value("tool_choice") else { return .auto }
    switch value {
    case "none": return .none
    case "auto": return .auto
    case "required":
      guard !tools.isEmpty else { throw withoutTools(path, value) }
      return .required
    case .object(let object): return try named(object, path: path, tools: tools)
    case .string:
      throw .outOfRange(path, value, "\"none\", \"auto\", \"required\" or an object that names a function")
    default: throw .wrongType(path, "a string or an object that names a function", value)
    }
  }

  private static func named(
    _ object: JSONObject, path: String, tools: [ToolDefinition]
  ) throws(APIError) -> ToolChoice {
    var fields = FieldReader(object, prefix: path + ".")
    guard let type = try fields.string("type") else { throw .missing(fields.path("type")) }
    guard type == "function" else {
      throw .notSupported(fields.path("type"), .string(type), neutral: "\"function\"")
    }
    guard let function = try fields.object("function") else { throw .missing(fields.path("function")) }
    var reader = FieldReader(function, prefix: path + ".function.")
    let name = try ToolDefinition.name(&reader)
    guard !tools.isEmpty else { throw withoutTools(path, .object(object)) }
    guard tools.contains(where: { $0.name == name }) else {
      throw .outOfRange(
        reader.path("name"), .string(name), "one of 'tools': " + tools.map(\.name).joined(separator: ", "))
    }
    return .function(name)
  }

  private static func withoutTools(_ path: String, _ value: JSONValue) -> APIError {
    .invalidRequest(
      "'\(path)' is \(String(decoding: value.encoded.prefix(80), as: UTF8.self)), which needs 'tools'",
      param: path,
      code: "invalid_value")
  }
}
