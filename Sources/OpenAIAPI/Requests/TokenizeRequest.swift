/// The body of `POST /tokenize`, under llama-server's field names (`content`) or vLLM's (`prompt`, `messages`).
package struct TokenizeRequest: Equatable, Sendable {
  /// What is to be cut into tokens.
  package enum Input: Equatable, Sendable {
    case text(String)
    /// A conversation, as the model's template writes it.
    case conversation(Conversation)
  }

  /// The model's name as sent; nil when there is none.
  package let model: String?

  package let input: Input

  /// The field that it came in: `content`, `prompt` or `messages`.
  package let inputField: String

  /// Whether a begin token is put first where the model wants one.
  package let addsSpecial: Bool

  /// Whether control tokens are found in the text.
  package let parsesSpecial: Bool

  /// Whether each token comes as an object with its text (`with_pieces`).
  package let withPieces: Bool

  /// Whether the tokens' texts come in a list of their own (`return_token_strs`).
  package let withTexts: Bool

  /// The names of the fields that we do not know and did not act on.
  package let ignoredFields: [String]

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    try self.init(&fields)
  }

  init(_ fields: inout FieldReader) throws(APIError) {
    var ignored: [String] = []
    model = try fields.string("model")
    let given = ["content", "prompt", "messages"].filter { fields.value($0) != nil }
    guard let first = given.first else {
      throw .invalidRequest(
        "send a text in 'content' or 'prompt', or a conversation in 'messages'", param: "content",
        code: "missing_required_parameter")
    }
    guard given.count == 1 else {
      throw .invalidRequest(
        "'\(first)' and '\(given[1])' are both there; send one of 'content', 'prompt' and 'messages'",
        param: given[1], code: "invalid_value")
    }
    inputField = first
    if let text = first == "messages" ? nil : try fields.string(first) {
      input = .text(text)
      addsSpecial = try Self.addsSpecial(&fields) ?? (first == "prompt")
      parsesSpecial = try fields.boolean("parse_special") ?? true
    } else {
      // The template writes all special tokens that there are.
      input = .conversation(try Conversation(&fields, ignored: &ignored))
      (addsSpecial, parsesSpecial) = (false, true)
    }
    withPieces = try fields.boolean("with_pieces") ?? false
    withTexts = try fields.boolean("return_token_strs") ?? false
    ignoredFields = ignored + fields.unread
  }

  /// Under llama-server's name or vLLM's; the former adds none to a text unless told to, the latter does unless told not to.
  private static func addsSpecial(_ fields: inout FieldReader) throws(APIError) -> Bool? {
    let (short, long) = (try fields.boolean("add_special"), try fields.boolean("add_special_tokens"))
    guard let short, let long, short != long else { return short ?? long }
    throw .invalidRequest(
      "'add_special' is \(short) but 'add_special_tokens' is \(long); they are one parameter, send one",
      param: "add_special_tokens", code: "invalid_value")
  }
}

/// Messages that are only to be written out: the body of `POST /apply-template`, and a part of `POST /tokenize`.
package struct Conversation: Equatable, Sendable {
  /// At least one.
  package let messages: [ChatMessage]

  /// The functions that the template is to tell of.
  package let tools: [ToolDefinition]

  /// Whether the text ends where the assistant is to speak.
  package let addsGenerationPrompt: Bool

  init(_ fields: inout FieldReader, ignored: inout [String]) throws(APIError) {
    messages = try ChatMessage.list(&fields, ignored: &ignored)
    tools = try ToolDefinition.list(&fields, ignored: &ignored)
    addsGenerationPrompt = try fields.boolean("add_generation_prompt") ?? true
    try UnsupportedField.refuse(UnsupportedField.conversation, in: &fields)
  }
}

/// The body of `POST /apply-template`.
package struct ApplyTemplateRequest: Equatable, Sendable {
  /// The model's name as sent; nil when there is none.
  package let model: String?

  package let conversation: Conversation

  /// The names of the fields that we do not know and did not act on.
  package let ignoredFields: [String]

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    try self.init(&fields)
  }

  init(_ fields: inout FieldReader) throws(APIError) {
    var ignored: [String] = []
    model = try fields.string("model")
    conversation = try Conversation(&fields, ignored: &ignored)
    ignoredFields = ignored + fields.unread
  }
}

/// The body of `POST /detokenize`, the same for llama-server and vLLM.
package struct DetokenizeRequest: Equatable, Sendable {
  /// The model's name as sent; nil when there is none.
  package let model: String?

  /// Whether the vocabulary has them is checked later.
  package let tokens: [Int]

  /// The names of the fields that we do not know and did not act on.
  package let ignoredFields: [String]

  /// Checks the fields of a body.
  package init(_ object: JSONObject) throws(APIError) {
    var fields = FieldReader(object)
    try self.init(&fields)
  }

  init(_ fields: inout FieldReader) throws(APIError) {
    model = try fields.string("model")
    guard let value = fields.value("tokens") else { throw .missing("tokens") }
    guard case .array(let elements) = value else {
      throw .wrongType("tokens", "an array of token ids", value)
    }
    tokens = try elements.tokenIDs("tokens")
    ignoredFields = fields.unread
  }
}
