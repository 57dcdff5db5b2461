import Testing

@testable import kvota

@Suite struct ChatTemplateReportTests {
  @Test(
    "known formats have a name, others none",
    arguments: [
      ("<|im_start|>{{ m }}<|im_end|>", "ChatML"), ("<|start_header_id|>x<|eot_id|>", "Llama 3"),
      ("[INST] {{ m }} [/INST]", "Llama 2 or Mistral"), ("<|user|>\n{{ m }}<|end|>", "Phi-3"),
      ("{{ m }}", nil),
    ] as [(String, String?)])
  func formats(template: String, name: String?) { #expect(ChatTemplateReport(template).format == name) }

  @Test("long, many and hostile lines are cut short")
  func lines() {
    let report = ChatTemplateReport("a\u{1B}[2J\n" + String(repeating: "b", count: 500) + "\n\nc\nd")
    #expect(report.firstLines == ["a [2J", String(repeating: "b", count: 100) + "...", "c"])
  }
}
