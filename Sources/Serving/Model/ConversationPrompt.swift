import ChatTemplates
import FoundationEssentials
import GGUF
import OpenAIAPI
import Tokenizing

/// Turns a conversation into a prompt by the model's own template.
///
/// What people write stays text, even where it looks like a control token: such places are marked before the
/// template is rendered, and are encoded without looking for control tokens.
struct ConversationPrompt: Sendable {
  private let template: ChatTemplate
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
    self.template = try ChatTemplate(template ?? Self.chatML)
    let vocabulary = tokenizer.vocabulary
    bosText = vocabulary.bos.map(vocabulary.text) ?? ""
    eosText = vocabulary.eos.map(vocabulary.text) ?? ""
    marks = PlainMarks(
      controlTexts: (0..<Int32(vocabulary.count)).filter(vocabulary.isSpecial).map(vocabulary.text))
  }

  /// A conversation as the template writes it, up to where the assistant is to speak, with marks.
  func text(_ messages: [ChatMessage]) throws(APIError) -> String {
    do {
      return try template.render(
        messages: messages.map(value), addGenerationPrompt: true, bosToken: bosText, eosToken: eosText,
        nowSeconds: Int(Date().timeIntervalSince1970))
    } catch {
      throw .invalidRequest(
        "the model's chat template refuses the conversation: \(error.description)", param: "messages",
        code: "invalid_value")
    }
  }

  /// The tokens of what `text` gave.
  func tokens(_ text: String, tokenizer: Tokenizer) -> [Int32] {
    // Many templates write the begin token themselves.
    let writesBOS = !bosText.isEmpty && text.hasPrefix(bosText)
    var tokens = tokenizer.encode("", parseSpecial: false, addBOS: tokenizer.addsBOS && !writesBOS)
    for part in PlainMarks.parts(text) { tokens += tokenizer.encode(part.text, parseSpecial: !part.isPlain) }
    return tokens
  }

  private func value(_ message: ChatMessage) -> TemplateValue {
    // Templates know no "developer": it is OpenAI's newer word for the system's role.
    let role = message.role == .developer ? ChatMessage.Role.system : message.role
    var mapping: TemplateMapping = [
      "role": .string(role.rawValue), "content": .string(marks.mark(message.text)),
    ]
    mapping["name"] = message.name.map { .string(marks.mark($0)) }
    mapping["tool_call_id"] = message.toolCallID.map { .string(marks.mark($0)) }
    return .mapping(mapping)
  }
}
