import ChatTemplates
import OpenAIAPI
import Tokenizing

/// Turns a conversation into a prompt by the model's own template.
///
/// What people write stays text, even where it looks like a control token: such places are marked before the
/// template is rendered, and are encoded without looking for control tokens.
struct ConversationPrompt: Sendable {
  private let template: ChatTemplate
  /// As the model file has it.
  let templateText: String
  private let bosText: String
  private let eosText: String
  private let marks: PlainMarks
  /// What the template makes of tools.
  let tools: ToolTemplate

  static let metadataKey = "tokenizer.chat_template"

  /// Uses a template, or ChatML where a model has none.
  init(template: String?, tokenizer: Tokenizer) throws(TemplateError) {
    templateText = template ?? NamedTemplates.chatML
    let template = try ChatTemplate(templateText)
    self.template = template
    let vocabulary = tokenizer.vocabulary
    bosText = vocabulary.bos.map(vocabulary.text) ?? ""
    eosText = vocabulary.eos.map(vocabulary.text) ?? ""
    marks = PlainMarks(
      controlTexts: (0..<Int32(vocabulary.count)).filter(vocabulary.isSpecial).map(vocabulary.text))
    tools = ToolTemplate(template: templateText) { [bosText, eosText] messages, tools, addsPrompt in
      try? template.render(
        messages: messages, tools: tools, addGenerationPrompt: addsPrompt, bosToken: bosText,
        eosToken: eosText,
        nowSeconds: 0)
    }
  }

  /// A conversation as the template writes it, up to where the assistant is to speak, with marks.
  func text(
    _ messages: [ChatMessage], tools: [ToolDefinition] = [], nowSeconds: Int
  ) throws(APIError) -> String {
    try self.tools.checkWritesCalls(messages)
    return try render(messages.map { value($0) { $0 } }, tools: tools, nowSeconds: nowSeconds)
  }

  /// Messages as the template writes them, with marks.
  func text(_ conversation: Conversation, nowSeconds: Int) throws(APIError) -> String {
    if !conversation.tools.isEmpty { try tools.checkTellsTools() }
    try tools.checkWritesCalls(conversation.messages)
    return try render(
      conversation.messages.map { value($0) { $0 } }, tools: conversation.tools, nowSeconds: nowSeconds,
      addsGenerationPrompt: conversation.addsGenerationPrompt)
  }

  private func render(
    _ messages: [TemplateValue], tools: [ToolDefinition], nowSeconds: Int, addsGenerationPrompt: Bool = true
  ) throws(APIError) -> String {
    do {
      return try template.render(
        messages: messages, tools: tools.map { TemplateValue(.object($0.json), text: marks.mark) },
        addGenerationPrompt: addsGenerationPrompt, bosToken: bosText, eosToken: eosText,
        nowSeconds: nowSeconds)
    } catch {
      throw .invalidRequest(
        "the model's chat template refuses the conversation: \(error.description)", param: "messages",
        code: "invalid_value")
    }
  }

  /// The tokens of what `text` gave.
  func tokens(_ text: String, tokenizer: Tokenizer) -> [Int32] {
    tokenizer.encode(PlainMarks.parts(text), addBOS: addsBOS(text, tokenizer))
  }

  /// Many templates write the begin token themselves.
  private func addsBOS(_ text: String, _ tokenizer: Tokenizer) -> Bool {
    tokenizer.addsBOS && (bosText.isEmpty || !text.hasPrefix(bosText))
  }

  /// Finds the messages among the tokens of the text that they have become.
  ///
  /// They are rendered once more, now with marks around them. If the template, for which marked messages are other
  /// messages, writes another text than without, then the marks prove nothing and no message is found. Where a session has other
  /// tokens for the same text, they are `tokens`.
  func places(
    of messages: [ChatMessage], tools: [ToolDefinition] = [], in text: String, tokens: [Int32]? = nil,
    nowSeconds: Int, tokenizer: Tokenizer
  ) throws(APIError) -> MessagePlaces {
    let values = messages.enumerated().map { index, message in
      value(message) { MessageMarks.mark($0, message: index) }
    }
    // The marks may be what the template refuses.
    let marked = MarkedText((try? render(values, tools: tools, nowSeconds: nowSeconds)) ?? "")
    let tokens = tokens ?? self.tokens(text, tokenizer: tokenizer)
    let begin = addsBOS(text, tokenizer) ? [0] : []
    let textBytes = PlainMarks.parts(text).flatMap { Array($0.text.utf8) }
    let ends = tokenizer.ends(of: Array(tokens.dropFirst(begin.count)), in: textBytes)
    let isSame = marked.text.elementsEqual(text.utf8) && ends != nil
    return MessagePlaces(messages, runs: isSame ? marked.runs : [], tokenEnds: begin + (ends ?? []))
  }

  /// What the template sees of a message; `mark` goes over what it says and whom it calls.
  private func value(_ message: ChatMessage, mark: (String) -> String) -> TemplateValue {
    // Templates know no "developer": it is OpenAI's newer word for the system's role.
    let role = message.role == .developer ? ChatMessage.Role.system : message.role
    var mapping: TemplateMapping = [
      "role": .string(role.rawValue), "content": .string(mark(marks.mark(message.text))),
    ]
    mapping["name"] = message.name.map { .string(marks.mark($0)) }
    mapping["tool_call_id"] = message.toolCallID.map { .string(marks.mark($0)) }
    // Most templates ask only whether there is such a key.
    if !message.toolCalls.isEmpty {
      mapping["tool_calls"] = .list(message.toolCalls.map { value($0, mark: mark) })
    }
    return .mapping(mapping)
  }

  private func value(_ call: ToolCall, mark: (String) -> String) -> TemplateValue {
    let object = tools.takesArgumentsAsText ? nil : try? JSONParser.parse(Array(call.arguments.utf8))
    let arguments = object.map { TemplateValue($0, text: marks.mark) } ?? .string(marks.mark(call.arguments))
    return [
      "id": .string(marks.mark(call.id)), "type": "function",
      "function": ["name": .string(mark(marks.mark(call.name))), "arguments": arguments],
    ]
  }
}
