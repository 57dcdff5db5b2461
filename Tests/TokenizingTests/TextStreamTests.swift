import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("text stream") struct TextStreamTests {
  let tokenizer: Tokenizer

  init() throws { tokenizer = try Fixtures.tokenizer(TinyVocabulary.metadata()) }

  /// What each byte, pushed as a token, gives out; then the rest.
  private func pushed(_ bytes: [UInt8]) -> [String] {
    var stream = TextStream(tokenizer, skipSpecial: false)
    let pieces = bytes.map { stream.push(Int32($0)) }
    return pieces + [stream.finish()]
  }

  @Test("a character comes out with its last byte")
  func wholeCharacters() {
    #expect(pushed(Array("é€🙂".utf8)) == ["", "é", "", "", "€", "", "", "", "🙂", ""])
  }

  @Test("bytes that cannot become a character come out at once")
  func invalid() {
    #expect(pushed([0xFF, 0x61]) == ["\u{FFFD}", "a", ""])
    #expect(pushed([0xE2, 0x61]) == ["", "\u{FFFD}a", ""])
    #expect(pushed([0xE0, 0x80]) == ["", "\u{FFFD}\u{FFFD}", ""])
    #expect(pushed([0xF0, 0x9F, 0x99]) == ["", "", "", "\u{FFFD}"])
  }

  @Test("special tokens are left out when asked to, even inside a character")
  func skipsSpecial() {
    var stream = TextStream(tokenizer, skipSpecial: true)
    #expect([0xC3, 263, 0xA9, 266].map { stream.push($0) } == ["", "", "é", ""])
    #expect(stream.finish() == "")
  }

  @Test("all pieces together are the text of all bytes")
  func concatenation() {
    var random = SplitMix64(state: 11)
    let edges: [Int32] = [
      0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1,
      0xF4, 0xF5, 0xFF, 259, 265, -5,
    ]
    for _ in 0..<20_000 {
      let tokens = (0..<8).map { _ in edges.randomElement(using: &random) ?? 0 }
      var stream = TextStream(tokenizer, skipSpecial: false)
      var pieces = tokens.map { stream.push($0) }
      pieces.append(stream.finish())
      #expect(pieces.joined() == tokenizer.decode(tokens))
    }
  }
}
