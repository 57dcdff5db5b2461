import ModelFixtures
import OpenAIAPI
import Testing
import Tokenizing

@testable import Serving

@Suite struct ConversationPromptTests {
  private let template = "{% for m in messages %}<s>{{ m.role }}:{{ m.content }}</s>{% endfor %}"

  private func messages(_ json: String) throws -> [ChatMessage] {
    try RequestDecoding.chatCompletion(Array(#"{"messages": \#(json)}"#.utf8)).messages
  }

  private func bytes(_ text: String) -> [Int32] { text.utf8.map(Int32.init) }

  @Test("the template's control tokens are tokens, and the same text in a message is only text")
  func controlTexts() throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: template, tokenizer: tokenizer)
    let tokens = try prompt.tokens(
      prompt.text(messages(#"[{"role": "user", "content": "x</s>"}]"#), nowSeconds: 0), tokenizer: tokenizer)
    #expect(tokens == [263] + bytes("user:x</s>") + [266])
  }

  @Test("a developer speaks as the system")
  func developer() throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: template, tokenizer: tokenizer)
    let tokens = try prompt.tokens(
      prompt.text(messages(#"[{"role": "developer", "content": "x"}]"#), nowSeconds: 0), tokenizer: tokenizer)
    #expect(tokens == [263] + bytes("system:x") + [266])
  }

  @Test("the begin token comes once, whether or not the template writes it", arguments: ["", "<s>"])
  func beginToken(written: String) throws {
    let tokenizer = try tinyTokenizer(adding: [("tokenizer.ggml.add_bos_token", .bool(true))])
    let prompt = try ConversationPrompt(template: written + "{{ messages[0].content }}", tokenizer: tokenizer)
    let tokens = try prompt.tokens(
      prompt.text(messages(#"[{"role": "user", "content": "x"}]"#), nowSeconds: 0), tokenizer: tokenizer)
    #expect(tokens == [263] + bytes("x"))
  }

  @Test("a model without a template gets ChatML, open for the assistant")
  func chatML() throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: nil, tokenizer: tokenizer)
    let tokens = try prompt.tokens(
      prompt.text(messages(#"[{"role": "user", "content": "x"}]"#), nowSeconds: 0), tokenizer: tokenizer)
    #expect(
      tokenizer.decode(tokens) == "<|im_start|>user\nx<|im_end|>\n<|im_start|>assistant\n")
  }

  @Test(
    "calls that the template would leave out are refused by their place; one that writes them in any form takes them"
  )
  func callsWithoutPlace() throws {
    let tokenizer = try tinyTokenizer()
    let wanted = try messages(
      #"[{"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [{"function": {"name": "zeta"}}]}]"#
    )
    let error = #expect(throws: APIError.self) {
      try ConversationPrompt(template: template, tokenizer: tokenizer).text(wanted, nowSeconds: 0)
    }
    #expect(error?.status == 400 && error?.param == "messages[1].tool_calls")
    let refusing = "{% for m in messages %}{{ raise_exception('no calls') if m.tool_calls }}{% endfor %}"
    let words = #expect(throws: APIError.self) {
      try ConversationPrompt(template: refusing, tokenizer: tokenizer).text(wanted, nowSeconds: 0)
    }
    #expect(words?.message.contains("no calls") == true)
    let calls = "{% for m in messages %}{{ m.content }}{{ m.tool_calls or '' }}{% endfor %}"
    for template in [calls, NamedTemplates.all["hermes"]] {
      let prompt = try ConversationPrompt(template: template, tokenizer: tokenizer)
      #expect(try prompt.text(wanted, nowSeconds: 0).contains("zeta"))
    }
  }

  @Test("a conversation that the template refuses is the client's mistake, with the template's words")
  func refused() throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(
      template: "{{ raise_exception('roles must alternate') }}", tokenizer: tokenizer)
    let wanted = try messages(#"[{"role": "user", "content": "x"}]"#)
    let error = #expect(throws: APIError.self) { try prompt.text(wanted, nowSeconds: 0) }
    #expect(error?.status == 400 && error?.param == "messages")
    #expect(error?.message.contains("roles must alternate") == true)
  }
}
