/// A function that the model may call.
package struct ToolDefinition: Equatable, Sendable {
  /// What calls name: letters, digits, `_`, `-` and `.`.
  package let name: String

  /// The JSON schema of its arguments; nil if it has none, as OpenAI has it.
  package let parameters: JSONObject?

  /// Where it asks that calls be kept to its schema; nil if it does not.
  let strictPath: String?

  /// The whole definition as it was sent, which is what templates show.
  package let json: JSONObject

  private static let countLimit = 128
  private static let nameLengths = 1...128

  /// The definitions of a body, none if there are none.
  static func list(_ fields: inout FieldReader, ignored: inout [String]) throws(APIError) -> [ToolDefinition]
  {
    let path = fields.path("tools")
    guard let value = fields.value("tools") else { return [] }
    guard case .array(let elements) = value else { throw .wrongType(path, "an array of tools", value) }
    guard elements.count <= countLimit else {
      throw .invalidRequest(
        "'\(path)' has \(elements.count) tools, allowed are up to \(countLimit)", param: path,
        code: "invalid_value")
    }
    var tools: [ToolDefinition] = []
    for (index, element) in elements.enumerated() {
      let tool = try ToolDefinition(element, path: "\(path)[\(index)]", ignored: &ignored)
      guard !tools.contains(where: { $0.name == tool.name }) else {
        throw .invalidRequest(
          "'\(path)' has two functions that are called '\(tool.name)'", param: "\(path)[\(index)]",
          code: "invalid_value")
      }
      tools.append(tool)
    }
    return tools
  }

  private init(_ value: JSONValue, path: String, ignored: inout [String]) throws(APIError) {
    guard case .object(let object) = value else { throw .wrongType(path, "a tool object", value) }
    json = object
    var fields = FieldReader(object, prefix: path + ".")
    guard let type = try fields.string("type") else { throw .missing(fields.path("type")) }
    guard type == "function" else {
      throw .notSupported(fields.path("type"), .string(type), neutral: "\"function\"")
    }
    guard let function = try fields.object("function") else { throw .missing(fields.path("function")) }
    var reader = FieldReader(function, prefix: path + ".function.")
    name = try Self.name(&reader)
    _ = try reader.string("description")
    parameters = try reader.object("parameters")
    strictPath = try reader.boolean("strict") == true ? reader.path("strict") : nil
    ignored += fields.unread + reader.unread
  }

  static func name(_ fields: inout FieldReader) throws(APIError) -> String {
    guard let name = try fields.string("name") else { throw .missing(fields.path("name")) }
    guard nameLengths.contains(name.utf8.count), name.wholeMatch(of: /[A-Za-z0-9_.\-]+/) != nil else {
      throw .outOfRange(
        fields.path("name"), .string(name), "a name of 1 to 128 letters, digits, '_', '-' and '.'")
    }
    return name
  }
}
