import Foundation
import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("pre-tokenizers") struct PreTokenizerTests {
  /// The pieces of a text, joined by bars.
  private func pieces(_ text: String, _ pre: String) throws -> String {
    let splitter = try PreTokenizers.named(pre).splitter
    let bytes = Array(text.utf8)
    var pieces: [String] = []
    splitter.splitByAll(bytes) { pieces.append(String(decoding: bytes[$0], as: UTF8.self)) }
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

  @Test(
    "a run of millions of spaces is gone through once, whatever follows it", .timeLimit(.minutes(15)),
    arguments: PreTokenizers.names)
  func longRuns(pre: String) throws {
    let splitter = try PreTokenizers.named(pre).splitter
    for end in ["1", "\u{4E00}", "a", ""] {
      let bytes = [UInt8](repeating: 0x20, count: 4 << 20) + Array(end.utf8)
      var reached = 0
      splitter.splitByAll(bytes) { reached = $0.upperBound }
      #expect(reached == bytes.count)
    }
  }

  @Test("spaces at a text's end are a piece of DeepSeek's, those before a digit are cut with what is there")
  func runsAtTheEnd() throws {
    #expect(try pieces("a   ", "deepseek-llm") == "a|   ")
    #expect(try pieces("   1   ", "deepseek-llm") == "   |1|   ")
  }

  @Test("bytes that are not UTF-8 are split without a trap", arguments: PreTokenizers.names)
  func invalidBytes(pre: String) throws {
    let splitter = try PreTokenizers.named(pre).splitter
    var random = SplitMix64(state: 3)
    for _ in 0..<500 {
      let bytes = (0..<12).map { _ in UInt8.random(in: 0...255, using: &random) }
      var end = 0
      splitter.splitByAll(bytes) { piece in
        #expect(piece.lowerBound == end && !piece.isEmpty)
        end = piece.upperBound
      }
      #expect(end == bytes.count)
    }
  }

  @Test("all pieces are those of another engine of regular expressions", arguments: PieceGolden.all)
  func otherEngine(golden: PieceGolden) throws {
    for (text, expected) in zip(golden.texts, golden.pieces) {
      #expect(try pieces(text, golden.name) == expected.joined(separator: "|"), "\(text.debugDescription)")
    }
  }

  @Test("there is a golden for each pre-tokenizer")
  func goldensForAll() {
    #expect(PieceGolden.all.map(\.stages) == PreTokenizers.patterns.map(\.stages))
    #expect(PieceGolden.all.map(\.name) == PreTokenizers.patterns.map { $0.names[0] })
  }
}

extension TextSplitter {
  /// The pieces that all stages together cut a text into.
  fileprivate func splitByAll(_ text: [UInt8], _ take: (Range<Int>) -> Void) {
    split(text, 0..<text.count, from: 0, take)
  }

  private func split(_ text: [UInt8], _ range: Range<Int>, from stage: Int, _ take: (Range<Int>) -> Void) {
    guard stage < stageCount else { return take(range) }
    split(text, range, stage: stage) { split(text, $0, from: stage + 1, take) }
  }
}

/// Texts and their pieces by one pre-tokenizer, from `make_pieces.py`.
struct PieceGolden: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let stages: [String]
  let texts: [String]
  let pieces: [[String]]

  var testDescription: String { name }

  static let all: [PieceGolden] = {
    guard let data = try? Data(contentsOf: Fixtures.golden.appendingPathComponent("pieces.json")) else {
      return []
    }
    return (try? JSONDecoder().decode([PieceGolden].self, from: data)) ?? []
  }()
}
