import ModelFixtures
import OpenAIAPI
import Testing

@testable import Serving

@Suite("Named chat templates")
struct NamedTemplateTests {
  private static let messages = """
    [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}, \
    {"role": "user", "content": "Bye"}]
    """

  private func render(_ name: String, _ messages: String = messages, tools: String = "[]") throws -> String {
    let prompt = try ConversationPrompt(template: NamedTemplates.all[name], tokenizer: tinyTokenizer())
    let request = try RequestDecoding.chatCompletion(
      Array(#"{"messages": \#(messages), "tools": \#(tools)}"#.utf8))
    let text = try prompt.text(
      request.messages, tools: request.tools?.definitions ?? [], nowSeconds: 0)
    return PlainMarks.parts(text).map(\.text).joined()
  }

  @Test(
    "a conversation is written as the format has it",
    arguments: [
      (
        "chatml",
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n"
          + "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n"
      ),
      (
        "hermes",
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nYo<|im_end|>\n"
          + "<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n"
      ),
      (
        "gemma",
        "<s><start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nYo<end_of_turn>\n"
          + "<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n"
      ),
      (
        "llama3",
        "<s><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\n"
          + "Hi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYo<|eot_id|><|start_header_id|>user"
          + "<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n"
      ),
      (
        "zephyr",
        "<|system|>\nBe brief.</s>\n<|user|>\nHi</s>\n<|assistant|>\nYo</s>\n<|user|>\nBye</s>\n<|assistant|>\n"
      ),
    ])
  func conversation(name: String, expected: String) throws {
    #expect(try render(name) == expected)
  }

  @Test("hermes tells of tools, and writes calls and results")
  func tools() throws {
    let clock = #"{"type": "function", "function": {"name": "clock"}}"#
    let call = #"{"id": "x", "function": {"name": "clock", "arguments": "{\"zone\": \"é\"}"}}"#
    let messages = """
      [{"role": "user", "content": "When?"}, {"role": "assistant", "content": null, "tool_calls": [\(call), \(call)]}, \
      {"role": "tool", "tool_call_id": "x", "content": "noon"}]
      """
    let text = try render("hermes", messages, tools: "[\(clock)]")
    #expect(
      text.hasPrefix("<|im_start|>system\nYou may call functions. There are:\n<tools>\n\(clock)\n</tools>\n"))
    #expect(
      text.hasSuffix(
        """
        <|im_start|>user
        When?<|im_end|>
        <|im_start|>assistant
        <tool_call>
        {"name": "clock", "arguments": {"zone": "é"}}
        </tool_call>
        <tool_call>
        {"name": "clock", "arguments": {"zone": "é"}}
        </tool_call><|im_end|>
        <|im_start|>user
        <tool_response>
        noon
        </tool_response><|im_end|>
        <|im_start|>assistant

        """))
  }

  @Test("what is wrong with a tool's text stays text: a control token in it is none")
  func controlTexts() throws {
    let tokenizer = try tinyTokenizer()
    let prompt = try ConversationPrompt(template: NamedTemplates.all["hermes"], tokenizer: tokenizer)
    let request = try RequestDecoding.chatCompletion(
      Array(
        """
        {"messages": [{"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{\\"<s>\\": \\"</s>\\"}"}}]}], \
        "tools": [{"type": "function", "function": {"name": "f", "description": "<s>", "<s>": ["</s>"]}}]}
        """.utf8))
    let text = try prompt.text(request.messages, tools: #require(request.tools).definitions, nowSeconds: 0)
    let tokens = prompt.tokens(text, tokenizer: tokenizer)
    #expect(!tokens.contains { tokenizer.vocabulary.isSpecial($0) })
    #expect(tokenizer.decode(tokens).contains(#"{"<s>": "</s>"}"#))
  }
}
