import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("pre-tokenizers") struct PreTokenizerTests {
  /// The pieces of a text, joined by bars.
  private func pieces(_ text: String, _ pre: String) throws -> String {
    let splitter = try PreTokenizers.named(pre).splitter
    let bytes = Array(text.utf8)
    let classified = ClassifiedText(bytes: bytes, end: bytes.count)
    var start = 0
    var pieces: [String] = []
    while start < bytes.count {
      let end = splitter.pieceEnd(in: classified, from: start)
      pieces.append(String(decoding: bytes[start..<end], as: UTF8.self))
      start = end
    }
    return pieces.joined(separator: "|")
  }

  @Test(
    "GPT-2 keeps a space with the word and splits contractions",
    arguments: [
      ("Hello world", "Hello| world"), ("don't we'll 'S", "don|'t| we|'ll| '|S"), ("a  b", "a| | b"),
      ("a \n b", "a| \n| b"), ("x  ", "x|  "), ("\tx", "\t|x"), ("abc123", "abc|123"), (" 12 ,!", " 12| ,!"),
      ("é日本 ½", "é日本| ½"), ("a\u{A0}\u{A0}b", "a|\u{A0}|\u{A0}|b"), ("e\u{301}", "e|\u{301}"), ("'", "'"),
    ])
  func gpt2(text: String, expected: String) throws { #expect(try pieces(text, "gpt-2") == expected) }

  @Test(
    "SmolLM cuts every digit out first",
    arguments: [
      ("abc123", "abc|1|2|3"), (" 12", " |1|2"), ("a  1", "a|  |1"), ("a  b", "a| | b"), ("½٣", "½|٣"),
      ("1.5 x", "1|.|5| x"),
    ])
  func smolLM(text: String, expected: String) throws { #expect(try pieces(text, "smollm") == expected) }

  @Test(
    "Llama 3 takes three digits, line breaks after signs and a sign before a word",
    arguments: [
      ("12345", "123|45"), ("a.\n\nb", "a|.\n\n|b"), ("(word", "(word"), ("a \n\n b", "a| \n\n| b"),
      ("I'LL", "I|'LL"), ("\tx", "\tx"), ("a   b", "a|  | b"), ("  12", " | |12"), ("\n\n\n", "\n\n\n"),
    ])
  func llama3(text: String, expected: String) throws { #expect(try pieces(text, "llama-bpe") == expected) }

  @Test("Qwen 2 takes single digits")
  func qwen2() throws { #expect(try pieces("a 123", "qwen2") == "a| |1|2|3") }

  @Test("bytes that are not UTF-8 are split without a trap", arguments: PreTokenizers.names)
  func invalidBytes(pre: String) throws {
    let splitter = try PreTokenizers.named(pre).splitter
    var random = SplitMix64(state: 3)
    for _ in 0..<500 {
      let bytes = (0..<12).map { _ in UInt8.random(in: 0...255, using: &random) }
      let text = ClassifiedText(bytes: bytes, end: bytes.count)
      var start = 0
      while start < bytes.count {
        let end = splitter.pieceEnd(in: text, from: start)
        try #require(end > start && end <= bytes.count)
        start = end
      }
    }
  }
}
