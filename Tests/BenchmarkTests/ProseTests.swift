import Testing

@testable import kvota

@Suite struct ProseTests {
  @Test("made-up prose is the same each time, and has the length asked for and not much more")
  func length() {
    let text = Prose.text(bytes: 20_000)
    #expect((20_000..<20_500).contains(text.utf8.count) && text == Prose.text(bytes: 20_000))
    let words = text.split { !$0.isLetter }
    #expect(words.filter { $0 == "the" }.count > words.count / 50 && Set(words).count > 150)
  }
}
