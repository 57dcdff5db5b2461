import Testing
import Tokenizing

@testable import Serving

@Suite struct PlainMarksTests {
  let marks = PlainMarks(controlTexts: ["<s>", "<s>>", "<|end|>"])

  @Test("a text without control tokens stays as it is")
  func ordinaryText() { #expect(marks.mark("a < b <s > é") == "a < b <s > é") }

  @Test("a control token's text inside a message becomes a plain part, and the template's own does not")
  func plainParts() {
    let text = "<s>" + marks.mark("say <|end|> now") + "<|end|>"
    #expect(
      PlainMarks.parts(text) == [
        TextPart(text: "<s>say ", parsesSpecial: true), TextPart(text: "<|end|>", parsesSpecial: false),
        TextPart(text: " now<|end|>", parsesSpecial: true),
      ])
  }

  @Test("of two control tokens that begin alike the longer is found")
  func longest() {
    #expect(PlainMarks.parts(marks.mark("<s>>")) == [TextPart(text: "<s>>", parsesSpecial: false)])
  }

  @Test(
    "a long text that begins like thousands of control tokens at each place is gone through once",
    .timeLimit(.minutes(15)))
  func manyTokens() {
    let marks = PlainMarks(controlTexts: (0..<50_000).map { "<|reserved_\($0)|>" })
    let text = String(repeating: "<", count: 8 << 20)
    #expect(marks.mark(text) == text)
  }

  @Test("a combining mark behind a control token's text hides nothing")
  func combiningMark() {
    #expect(
      PlainMarks.parts(marks.mark("<|end|>\u{301}")).first == TextPart(text: "<|end|>", parsesSpecial: false))
  }

  @Test("marks that somebody writes are replaced", arguments: [0x90, 0x91, 0x92, 0xA0, 0xAF])
  func foreignMarks(third: UInt8) {
    let text = "a" + String(decoding: [0xEF, 0xB7, third], as: UTF8.self) + "<s>"
    #expect(
      PlainMarks.parts(marks.mark(text)) == [
        TextPart(text: "a\u{FFFD}", parsesSpecial: true), TextPart(text: "<s>", parsesSpecial: false),
      ])
  }
}
