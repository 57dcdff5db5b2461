import Testing

@testable import ToolCalling

@Suite("How a template writes calls")
struct ToolCallFormatTests {
  @Test(
    "the form of a call tells the format",
    arguments: [
      ("<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n</tool_call>", ToolCallFormat.hermes),
      ("{\"name\": \"f\", \"parameters\": {}}<|eot_id|>", .llama),
      ("[TOOL_CALLS][{\"name\": \"f\"}]", .mistral),
      (" [TOOL_CALLS]f[ARGS]{}", .mistral),
    ])
  func known(call: String, format: ToolCallFormat) {
    #expect(ToolCallFormat(call: call, of: "f", template: "... <|python_tag|> ...") == format)
  }

  @Test("without Llama's marker an object is plain JSON")
  func plain() {
    #expect(ToolCallFormat(call: "[{\"name\": \"f\", \"arguments\": {}}]", of: "f", template: "...") == .json)
  }

  @Test(
    "other forms are not taken for one of these",
    arguments: [
      "<tool_call>f\n<arg_key>", "<function=f>{}</function>", "f({})", "", "{\"f\": {}}<tool_call>f",
      "{\"g\": {}}",
    ])
  func unknown(call: String) {
    #expect(ToolCallFormat(call: call, of: "f", template: "") == nil)
  }
}
