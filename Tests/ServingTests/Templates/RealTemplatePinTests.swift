import ModelFixtures
import OpenAIAPI
import Testing
import Tokenizing

@testable import Serving

/// Pins must be right with every template, or be refused.
@Suite("Pins with real templates", .enabled(if: RealTemplate.arePresent, "KVOTA_TEST_DATA is absent"))
struct RealTemplatePinTests {
  private static let tools =
    #"[{"type": "function", "function": {"name": "clock", "description": "Tells time."}}]"#
  private static let call =
    #"{"id": "abcdef123", "type": "function", "function": {"name": "clock", "arguments": "{\"zone\": \"MEZ\"}"}}"#

  /// Conversations whose messages each hold a word that no other has.
  private static let conversations = [
    #"{"messages": [{"role": "user", "content": "Greenland?\n"}]}"#,
    """
    {"messages": [{"role": "system", "content": "Be as brief as Caesar."}, {"role": "user", "content": " Greenland? "}, \
    {"role": "assistant", "content": "Nuuk."}, {"role": "user", "content": "Faroes?"}]}
    """,
    """
    {"messages": [{"role": "user", "content": "Greenland?"}, {"role": "assistant", "content": null, "tool_calls": [\(call)]}, \
    {"role": "tool", "tool_call_id": "abcdef123", "name": "clock", "content": "noon"}, \
    {"role": "assistant", "content": "Nuuk."}, {"role": "user", "content": "Faroes?"}], "tools": \(tools)}
    """,
  ]
  private static let words = ["Greenland", "Caesar", "Nuuk", "Faroes", "noon", "MEZ"]

  /// What the message alone says.
  private func word(of message: ChatMessage) -> String {
    let said = message.text + message.toolCalls.map(\.arguments).joined()
    return Self.words.first(where: said.contains) ?? ""
  }

  @Test("a pinned message is where its words are, or the pin is refused", arguments: RealTemplate.all)
  func pins(template: RealTemplate) throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: template.source, tokenizer: tokenizer)
    for conversation in Self.conversations {
      let request = try RequestDecoding.chatCompletion(Array(conversation.utf8))
      let tools = request.tools?.definitions ?? []
      // What the template does not take has no pins.
      guard let text = try? prompt.text(request.messages, tools: tools, nowSeconds: 0) else { continue }
      let tokens = prompt.tokens(text, tokenizer: tokenizer)
      let places = try prompt.places(
        of: request.messages, tools: tools, in: text, nowSeconds: 0, tokenizer: tokenizer)
      for (index, message) in request.messages.enumerated() {
        guard let spans = try? places.spans(of: .message(index)) else { continue }
        let pinned = spans.map { tokenizer.decode(Array(tokens[$0])) }
        let own = word(of: message)
        #expect(pinned.contains { $0.contains(own) }, "\(own) in \(pinned)")
        // A message reaches up to its neighbours, and one that only calls functions has its mark at their names.
        let isBehindCall = index > 0 && !request.messages[index - 1].toolCalls.isEmpty
        let others = Self.words.filter { $0 != own && !(isBehindCall && $0 == "MEZ") }
        #expect(
          !pinned.contains { text in others.contains(where: text.contains) }, "only \(own) in \(pinned)")
      }
    }
  }

  /// Templates that change what marks touch, or leave messages out.
  private static let refusing: Set<String> = []

  @Test(
    "with most templates every message of a plain conversation can be pinned", arguments: RealTemplate.all)
  func plain(template: RealTemplate) throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: template.source, tokenizer: tokenizer)
    let messages = try RequestDecoding.chatCompletion(Array(Self.conversations[0].utf8)).messages
    guard let text = try? prompt.text(messages, nowSeconds: 0) else { return }
    let places = try prompt.places(of: messages, in: text, nowSeconds: 0, tokenizer: tokenizer)
    let isFound = (try? places.spans(of: .message(0))) != nil
    #expect(isFound == !Self.refusing.contains(template.name))
  }
}
