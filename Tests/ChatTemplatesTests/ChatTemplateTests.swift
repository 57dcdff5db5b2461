import Testing

@testable import ChatTemplates

@Suite("Chat templates")
struct ChatTemplateTests {
  @Test("a conversation is rendered with transformers' variable names")
  func conversation() throws {
    let template = try ChatTemplate(
      "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m['content'] }}{{ eos_token }}{% endfor %}"
        + "{% if add_generation_prompt %}>{% endif %}{% if tools %}tools{% endif %}")
    let messages: [TemplateValue] = [
      ["role": "user", "content": "hi"], ["role": "assistant", "content": "yo"],
    ]
    let rendered = try template.render(
      messages: messages, addGenerationPrompt: true, bosToken: "<s>", eosToken: "</s>", nowSeconds: 0)
    #expect(rendered == "<s>user:hi</s>assistant:yo</s>>")
  }

  @Test("what a user writes is never read as template")
  func injection() throws {
    let rendered = try ChatTemplate("{{ x }}").render(["x": "{{ 1 }}{% raise %}"], nowSeconds: 0)
    #expect(rendered == "{{ 1 }}{% raise %}")
  }

  @Test(
    "lines end where Python ends them",
    arguments: [
      ("a\r\nb\rc\u{2028}d\u{85}\u{B}e\n", "a|b|c|d||e", "a\n  b\n  c\n  d\n\n  e\n"), ("", "", ""),
      ("\r\n", "", "\n"), ("a\n\r", "a|", "a\n"),
    ])
  func lines(text: String, split: String, indented: String) throws {
    let render = { try ChatTemplate($0).render(["x": .string(text)], nowSeconds: 0) }
    #expect(try render("{{ x.splitlines() | join('|') }}") == split)
    #expect(try render("{{ x | indent(2) }}").unicodeScalars.elementsEqual(indented.unicodeScalars))
  }

  @Test("keys that look alike but have other code points are different keys")
  func exactKeys() throws {
    let rendered = try ChatTemplate("{{ x | length }}{% for k, v in x.items() %}{{ v }}{% endfor %}").render(
      ["x": ["\u{E9}": 1, "e\u{301}": 2]], nowSeconds: 0)
    #expect(rendered == "212")
  }

  @Test("the generation tag prints its body")
  func generation() throws {
    let rendered = try ChatTemplate("a{% generation %}b{{ 1 }}{% endgeneration %}c").render(
      [:], nowSeconds: 0)
    #expect(rendered == "ab1c")
  }

  @Test(
    "the date is right across leap years and before 1970",
    arguments: [
      (0, "1970-01-01 Thu"), (951_782_400, "2000-02-29 Tue"), (-1, "1969-12-31 Wed"),
      (4_107_542_400, "2100-03-01 Mon"),
    ])
  func dates(seconds: Int, expected: String) throws {
    #expect(
      try ChatTemplate("{{ strftime_now('%Y-%m-%d %a') }}").render([:], nowSeconds: seconds) == expected)
  }

  @Test("a moment beyond all calendars does not trap", arguments: [Int.min, Int.max])
  func extremes(seconds: Int) throws {
    #expect(!(try ChatTemplate("{{ strftime_now('%Y-%m-%d') }}").render([:], nowSeconds: seconds).isEmpty))
  }
}
