/// One message of a conversation.
package struct ChatMessage: Equatable, Sendable {
  /// Who speaks.
  package enum Role: String, CaseIterable, Sendable {
    case system, developer, user, assistant, tool

    static var known: String { "one of " + allCases.map(\.rawValue).joined(separator: ", ") }
  }

  /// Who speaks.
  package let role: Role

  /// What is said: the one string that was sent, or the text parts in order; none beside calls alone.
  package let parts: [String]

  /// The participant's name, if sent.
  package let name: String?

  /// The call that a tool message answers, if sent.
  package let toolCallID: String?

  /// The functions that the assistant has called.
  package let toolCalls: [ToolCall]

  /// What is said as one text; parts are joined by newlines.
  package var text: String { parts.joined(separator: "\n") }

  /// The messages of a body, at least one.
  static func list(_ fields: inout FieldReader, ignored: inout [String]) throws(APIError) -> [ChatMessage] {
    guard let value = fields.value("messages") else { throw .missing("messages") }
    guard case .array(let elements) = value else {
      throw .wrongType("messages", "an array of messages", value)
    }
    guard !elements.isEmpty else {
      throw .invalidRequest("'messages' is an empty array", param: "messages", code: "invalid_value")
    }
    var messages: [ChatMessage] = []
    for (index, element) in elements.enumerated() {
      messages.append(try ChatMessage(element, path: "messages[\(index)]", ignored: &ignored))
    }
    return messages
  }

  init(_ value: JSONValue, path: String, ignored: inout [String]) throws(APIError) {
    guard case .object(let object) = value else { throw .wrongType(path, "a message object", value) }
    var fields = FieldReader(object, prefix: path + ".")
    role = try ChatMessage.role(&fields)
    try UnsupportedField.refuse(UnsupportedField.message, in: &fields)
    toolCalls = try ToolCall.list(&fields, ignored: &ignored)
    guard toolCalls.isEmpty || role == .assistant else {
      throw .invalidRequest(
        "'\(fields.path("tool_calls"))' is for messages of the assistant, and this one's role is \(role.rawValue)",
        param: fields.path("tool_calls"), code: "invalid_value")
    }
    parts = try ChatMessage.parts(&fields, isOptional: !toolCalls.isEmpty, ignored: &ignored)
    name = try fields.string("name")
    toolCallID = try fields.string("tool_call_id")
    ignored += fields.unread
  }

  private static func role(_ fields: inout FieldReader) throws(APIError) -> Role {
    guard let name = try fields.string("role") else { throw .missing(fields.path("role")) }
    guard let role = Role(rawValue: name) else {
      throw .outOfRange(fields.path("role"), .string(name), Role.known)
    }
    return role
  }

  private static func parts(
    _ fields: inout FieldReader, isOptional: Bool, ignored: inout [String]
  ) throws(APIError) -> [String] {
    let path = fields.path("content")
    switch fields.value("content") {
    case nil where isOptional: return []
    case nil: throw .missing(path)
    case .string(let text): return [text]
    case .array(let elements):
      var parts: [String] = []
      for (index, element) in elements.enumerated() {
        parts.append(try part(element, path: "\(path)[\(index)]", ignored: &ignored))
      }
      return parts
    case .some(let other): throw .wrongType(path, "a string or an array of text parts", other)
    }
  }

  private static func part(
    _ value: JSONValue, path: String, ignored: inout [String]
  ) throws(APIError) -> String {
    guard case .object(let object) = value else { throw .wrongType(path, "a content part object", value) }
    var fields = FieldReader(object, prefix: path + ".")
    guard let type = try fields.string("type") else { throw .missing(fields.path("type")) }
    guard type == "text" else {
      throw .notSupported(fields.path("type"), .string(type), neutral: "\"text\"")
    }
    guard let text = try fields.string("text") else { throw .missing(fields.path("text")) }
    ignored += fields.unread
    return text
  }
}
