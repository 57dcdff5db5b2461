import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("SentencePiece") struct SentencePieceTests {
  private let tokenizer: Tokenizer

  init() throws { tokenizer = try Fixtures.tokenizer(TinySentencePieces.metadata()) }

  private func encode(_ text: String) -> [Int32] { tokenizer.encode(text, parseSpecial: false) }
  private func tokens(_ texts: String...) -> [Int32] { texts.map { TinySentencePieces.token($0) ?? -1 } }
  private func bytes(_ bytes: UInt8...) -> [Int32] { bytes.map { Int32($0) + 3 } }

  @Test("merges go by score, and a text begins with a space of the tokenizer's own")
  func scores() {
    #expect(encode("hello") == tokens("▁hello"))
    #expect(encode("hello hello") == tokens("▁hello", "▁hello"))
    #expect(encode("helloo") == tokens("▁hello", "o"))
  }

  @Test("of equal scores the left one merges first")
  func equalScores() {
    #expect(encode("eaao") == tokens("▁", "e", "aa", "o"))
    #expect(encode("eaaao") == tokens("▁", "e", "aa", "ao"))
  }

  @Test("a text without an own space, if the file says so")
  func noPrefix() throws {
    let tokenizer = try Fixtures.tokenizer(TinySentencePieces.metadata(addsSpace: false))
    #expect(tokenizer.encode("hello", parseSpecial: false) == tokens("hello"))
    #expect(tokenizer.decode(tokenizer.encode(" hello", parseSpecial: false)) == " hello")
  }

  @Test("what no piece covers becomes bytes, also a sign that the file writes spaces with")
  func byteFallback() {
    let space = tokens("▁")
    #expect(encode("\n") == space + bytes(0x0A))
    #expect(encode("▁") == space + bytes(0xE2, 0x96, 0x81))
    #expect(encode("é日z") == space + tokens("é", "日") + bytes(0x7A))
  }

  @Test("characters that are no pieces of their own merge into one that is")
  func mergedCharacters() { #expect(encode("xyl") == tokens("▁", "xyl")) }

  @Test("control tokens are found when asked for, and a text behind them begins anew")
  func control() {
    let expected: [Int32] = [1] + tokens("▁hello") + [2]
    #expect(tokenizer.encode("<s>hello</s>", parseSpecial: true) == expected)
    #expect(encode("</s>").contains(2) == false)
    #expect(tokenizer.addsBOS)
  }

  @Test("a control token that swallows white space leaves none for the text behind it")
  func swallowing() throws {
    var builder = TinySentencePieces.metadata()
    builder.metadata.append((SwallowingTokens.key, .int32s([2])))
    let tokenizer = try Fixtures.tokenizer(builder)
    let expected: [Int32] = [1] + tokens("▁", "▁hello") + [2] + tokens("▁hello") + [2]
    #expect(tokenizer.encode("<s> hello</s> \n\thello</s>\n", parseSpecial: true) == expected)
    let mine: [Int32] = [1] + tokens("▁hello") + [2, 2]
    #expect(tokenizer.encode("<s>hello</s> </s>", parseSpecial: true) == mine)
  }

  @Test("phi-3's control tokens swallow white space although its files do not say so")
  func phi3() throws {
    var builder = TinySentencePieces.metadata()
    builder.metadata.append(("general.name", .string("Phi3 Mini")))
    let tokenizer = try Fixtures.tokenizer(builder)
    let expected: [Int32] = [1] + tokens("▁", "▁hello") + [2] + tokens("▁hello")
    #expect(tokenizer.encode("<s> hello</s>\n hello", parseSpecial: true) == expected)
  }

  @Test("where tokens end in their text counts neither own spaces nor begin tokens, and what was swallowed")
  func ends() throws {
    var builder = TinySentencePieces.metadata()
    builder.metadata.append((SwallowingTokens.key, .int32s([2])))
    let tokenizer = try Fixtures.tokenizer(builder)
    let text = "hello hello</s> \né<s> a"
    let tokens = tokenizer.encode(text, parseSpecial: true)
    #expect(tokenizer.ends(of: tokens, in: Array(text.utf8)) == [5, 11, 17, 17, 19, 22, 23, 24])
    #expect(tokenizer.ends(of: tokens, in: Array("another".utf8)) == nil)
  }

  @Test("control tokens are found in the parts that may have them, and words go across parts")
  func parts() {
    let parts = [
      TextPart(text: "<s>hel", parsesSpecial: true), TextPart(text: "lo</s>", parsesSpecial: false),
      TextPart(text: "</s>", parsesSpecial: true),
    ]
    let plain = tokenizer.encode("hello</s>", parseSpecial: false)
    #expect(tokenizer.encode(parts) == [1] + plain + [2])
  }

  @Test("any text comes back from its tokens")
  func roundTrip() {
    var random = SplitMix64(state: 17)
    for _ in 0..<500 {
      let text = Self.randomText(&random, letters: Array("  helloaxyé日▁\n\u{301}🙂".unicodeScalars))
      #expect(tokenizer.decode(encode(text)) == text)
    }
  }

  @Test("words merge one by one as the whole text would")
  func words() {
    var random = SplitMix64(state: 19)
    for _ in 0..<500 {
      let text = Self.randomText(&random, letters: Array("   helloa".unicodeScalars))
      #expect(encode(text) == (text.isEmpty ? [] : Self.naive(" " + text)))
    }
  }

  @Test(
    "a malformed vocabulary is refused with what is wrong",
    arguments: [
      Refused("scores", nil, "no metadata key"), Refused("scores", .float32s([1]), "1 scores"),
      Refused("token_type", .int32s([6] + [Int32](repeating: 1, count: 277)), "'<unk>', of the kind byte"),
    ])
  func refused(change: Refused) throws {
    var builder = TinySentencePieces.metadata()
    builder.metadata.removeAll { $0.key == change.key }
    if let value = change.value { builder.metadata.append((change.key, value)) }
    let error = #expect(throws: (any Error).self) { try Fixtures.tokenizer(builder) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(change.message), "\(message)")
  }

  @Test(
    "real vocabularies give any text back", .enabled(if: Fixtures.hasVocabularies),
    arguments: ["llama-spm", "phi-3", "gpt-2", "qwen2", "llama-bpe", "deepseek-llm"])
  func realRoundTrip(name: String) throws {
    let path = Fixtures.vocabularies.appendingPathComponent("ggml-vocab-\(name).gguf").path
    let tokenizer = try Fixtures.tokenizer(path: path)
    var random = SplitMix64(state: 23)
    for _ in 0..<300 {
      let text = Self.randomText(
        &random, letters: Array("  the quick▁\n\tяблоко日本語🙂\u{301}ab12".unicodeScalars))
      #expect(tokenizer.decode(tokenizer.encode(text, parseSpecial: false)) == text)
    }
  }

  private static func randomText(_ random: inout SplitMix64, letters: [Unicode.Scalar]) -> String {
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
      let isCommon = Int.random(in: 0..<10, using: &random) > 0
      text.append(isCommon ? letters[Int.random(in: letters.indices, using: &random)] : any ?? "z")
    }
    return String(text)
  }

  /// The definition: merge the pair of the highest score, the leftmost of equals, until there is none.
  private static func naive(_ text: String) -> [Int32] {
    let pieces = TinySentencePieces.pieces.map {
      (text: Array($0.text.replacing("▁", with: " ").unicodeScalars), score: $0.score)
    }
    var symbols = text.unicodeScalars.map { [$0] }
    while true {
      var best: (index: Int, score: Float)?
      for index in symbols.indices.dropLast() {
        let both = symbols[index] + symbols[index + 1]
        guard let score = pieces.first(where: { $0.text == both })?.score, score > best?.score ?? -.infinity
        else { continue }
        best = (index, score)
      }
      guard let best else { break }
      symbols[best.index] += symbols.remove(at: best.index + 1)
    }
    return symbols.flatMap { symbol -> [Int32] in
      if let index = pieces.firstIndex(where: { $0.text == symbol }) { return [Int32(index + 259)] }
      return String(String.UnicodeScalarView(symbol)).utf8.map { Int32($0) + 3 }
    }
  }
}
