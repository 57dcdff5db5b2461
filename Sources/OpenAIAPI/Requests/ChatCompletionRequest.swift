/// The body of `POST /v1/chat/completions`.
package struct ChatCompletionRequest: Equatable, Sendable {
  /// The model's name as sent, alias suffix included; nil when there is none.
  package let model: String?

  /// The conversation, at least one message.
  package let messages: [ChatMessage]

  /// The most tokens to generate, from 1; nil is as many as the context holds.
  package let maxTokens: Int?

  /// Everything that completion requests have too.
  package let parameters: GenerationParameters

  /// The names of the fields that we do not know and did not act on, those of messages with their path.
  package let ignoredFields: [String]

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    var ignored: [String] = []
    model = try fields.string("model")
    messages = try ChatCompletionRequest.messages(&fields, ignored: &ignored)
    maxTokens = try GenerationParameters.maxTokens(&fields, least: 1)
    try UnsupportedField.refuse(UnsupportedField.chat, in: &fields)
    parameters = try GenerationParameters(&fields)
    try parameters.checkMinTokens(maxTokens: maxTokens)
    ignoredFields = ignored + fields.unread
  }

  private static func messages(
    _ fields: inout FieldReader, ignored: inout [String]
  ) throws(APIError) -> [ChatMessage] {
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
}
