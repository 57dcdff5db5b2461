import ModelFixtures
import Testing

@testable import Serving

@Suite("Which chat template")
struct TemplateChoiceTests {
  private func choice(
    _ flags: [SettingName: String] = [:], _ environment: [String: String] = [:]
  ) throws -> TemplateChoice {
    try TemplateChoice(SettingTexts(flags: flags, environment: environment))
  }

  private func refusal(_ flags: [SettingName: String]) -> String {
    #expect(throws: SettingsError.self) { try choice(flags) }?.description ?? ""
  }

  @Test("it is the model's unless one is named, written, or in a file")
  func choices() throws {
    #expect(try choice() == .model && TemplateChoice.model.template == nil)
    let named = try choice([.chatTemplate: "chatml"])
    #expect(named.template == NamedTemplates.chatML)
    #expect(try choice([.chatTemplate: "{{ messages }}"]) == .written("{{ messages }}"))
    #expect(try choice([:], ["KVOTA_CHAT_TEMPLATE": "{{ 1 }}"]) == .written("{{ 1 }}"))
    let file = try TemporaryFile(Array("{{ 2 }}".utf8))
    #expect(
      try choice([.chatTemplate: "{{ 1 }}"], ["KVOTA_CHAT_TEMPLATE_FILE": file.path]) == .written("{{ 1 }}"))
    #expect(try choice([.chatTemplateFile: file.path]) == .file(file.path, template: "{{ 2 }}"))
  }

  @Test("each named template is one", arguments: NamedTemplates.names)
  func named(name: String) throws {
    #expect(try choice([.chatTemplate: name]).template != nil)
  }

  @Test("what is no template is refused, with what was expected")
  func refused() throws {
    #expect(refusal([.chatTemplate: "vicuna"]).contains("chatml, gemma, hermes, llama3, zephyr"))
    #expect(refusal([.chatTemplate: ""]).contains("expected one of"))
    #expect(refusal([.chatTemplate: "a\n{{ 1 +"]).contains("line 2"))
    #expect(refusal([.chatTemplateFile: "/nowhere"]).contains("'/nowhere', which cannot be read"))
    let file = try TemporaryFile([0x7B, 0x7B, 0xFF])
    #expect(refusal([.chatTemplateFile: file.path]).contains("UTF-8"))
    #expect(refusal([.chatTemplate: "chatml", .chatTemplateFile: file.path]).contains("give one"))
  }
}
