import ModelFixtures
import OpenAIAPI
import Testing
import ToolCalling

@testable import Serving

@Suite("What a chat template makes of tools")
struct ToolTemplateTests {
  private func tools(_ template: String) throws -> ToolTemplate {
    try ConversationPrompt(template: template, tokenizer: tinyTokenizer()).tools
  }

  @Test("a template that does not tell of tools refuses them, and says what to do")
  func silent() throws {
    let tools = try tools(NamedTemplates.chatML)
    #expect(tools.format == nil)
    let error = #expect(throws: APIError.self) { try tools.checkTellsTools() }
    #expect(error?.status == 400 && error?.param == "tools" && error?.message.contains("hermes") == true)
  }

  @Test("a template that writes calls in another form tells of tools, but has no format")
  func unknown() throws {
    let tools = try tools(
      """
      {{ tools | tojson }}{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}\
      <call:{{ c.function.name }}>{{ c.function.arguments | tojson }}{% endfor %}{% endfor %}
      """)
    #expect(tools.format == nil)
    #expect(throws: Never.self) { try tools.checkTellsTools() }
    let wanted = try RequestDecoding.chatCompletion(
      Array(
        #"{"messages":[{"role":"user","content":""}],"tools":[{"type":"function","function":{"name":"f"}}]}"#
          .utf8))
    let error = #expect(throws: APIError.self) { try ToolUse(#require(wanted.tools), tools) }
    #expect(error?.param == "tools" && error?.message.contains("hermes, llama, mistral, json") == true)
  }

  @Test("a template that puts arguments into a text gets a text", arguments: ["~", "+"])
  func argumentsAsText(join: String) throws {
    let tools = try tools(
      """
      {{ tools | tojson }}{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}\
      {{ '<tool_call>{"name": "' + c.function.name + '", "arguments": ' \(join) c.function.arguments \(join) '}</tool_call>' }}\
      {% endfor %}{% endfor %}
      """)
    #expect(tools.takesArgumentsAsText && tools.format == .hermes)
  }

  /// Forms of real templates; the others' are not known here.
  private static let formats: [String: ToolCallFormat] = [
    "NousResearch-Hermes-3-Llama-3.1-8B-tool_use": .hermes, "Qwen-Qwen2.5-7B-Instruct": .hermes,
    "MiMo-VL": .hermes, "ibm-granite-granite-4.0": .hermes, "meta-llama-Llama-3.1-8B-Instruct": .llama,
    "meta-llama-Llama-3.3-70B-Instruct": .llama, "Mistral-Small-3.2-24B-Instruct-2506": .mistral,
    "mistralai-Ministral-3-14B-Reasoning-2512": .mistral, "Reka-Edge": .hermes,
    "Bielik-11B-v3.0-Instruct": .hermes,
  ]

  @Test(
    "the forms of real templates are told from the templates",
    .enabled(if: RealTemplate.arePresent, "KVOTA_TEST_DATA is absent"), arguments: RealTemplate.all)
  func real(template: RealTemplate) throws {
    #expect(try tools(template.source).format == Self.formats[template.name])
  }
}
