import ChatTemplates
import GGUF
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

  /// What a model without a template gets: the ChatML format, which most fine-tuned models know.
  private static let chatML = """
    {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' \
    + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
    """
  static let metadataKey = "tokenizer.chat_template"

  init(metadata: Metadata, tokenizer: Tokenizer) throws {
    try self.init(template: metadata.string(Self.metadataKey), tokenizer: tokenizer)
  }

  init(template: String?, tokenizer: Tokenizer) throws(TemplateError) {
    templateText = template ?? Self.chatML
    self.template = try ChatTemplate(templateText)
    let vocabulary = tokenizer.vocabulary
    bosText = vocabulary.bos.map(vocabulary.text) ?? ""
    eosText = vocabulary.eos.map(vocabulary.text) ?? ""
    marks = PlainMarks(
      controlTexts: (0..<Int32(vocabulary.count)).filter(vocabulary.isSpecial).map(vocabulary.text))
  }

  /// A conversation as the template writes it, up to where the assistant is to speak, with marks.
  func text(_ messages: [ChatMessage], nowSeconds: Int) throws(APIError) -> String {
    try render(messages.map { value($0, content: marks.mark($0.text)) }, nowSeconds: nowSeconds)
  }

  /// Messages as the template writes them, with marks.
  func text(_ conversation: Conversation, nowSeconds: Int) throws(APIError) -> String {
    try render(
      conversation.messages.map { value($0, content: marks.mark($0.text)) }, nowSeconds: nowSeconds,
      addsGenerationPrompt: conversation.addsGenerationPrompt)
  }

  private func render(
    _ messages: [TemplateValue], nowSeconds: Int, addsGenerationPrompt: Bool = true
  ) throws(APIError) -> String {
    do {
      return try template.render(
        messages: messages, addGenerationPrompt: addsGenerationPrompt, bosToken: bosText, eosToken: eosText,
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
    of messages: [ChatMessage], in text: String, tokens: [Int32]? = nil, nowSeconds: Int, tokenizer: Tokenizer
  ) throws(APIError) -> MessagePlaces {
    let values = messages.enumerated().map { index, message in
      value(message, content: MessageMarks.mark(marks.mark(message.text), message: index))
    }
    let marked = MarkedText(try render(values, nowSeconds: nowSeconds))
    let tokens = tokens ?? self.tokens(text, tokenizer: tokenizer)
    let begin = addsBOS(text, tokenizer) ? [0] : []
    let textBytes = PlainMarks.parts(text).flatMap { Array($0.text.utf8) }
    let ends = tokenizer.ends(of: Array(tokens.dropFirst(begin.count)), in: textBytes)
    let isSame = marked.text.elementsEqual(text.utf8) && ends != nil
    return MessagePlaces(messages, runs: isSame ? marked.runs : [], tokenEnds: begin + (ends ?? []))
  }

  private func value(_ message: ChatMessage, content: String) -> TemplateValue {
    // Templates know no "developer": it is OpenAI's newer word for the system's role.
    let role = message.role == .developer ? ChatMessage.Role.system : message.role
    var mapping: TemplateMapping = [
      "role": .string(role.rawValue), "content": .string(content),
    ]
    mapping["name"] = message.name.map { .string(marks.mark($0)) }
    mapping["tool_call_id"] = message.toolCallID.map { .string(marks.mark($0)) }
    return .mapping(mapping)
  }
}
