import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("tokenizer") struct TokenizerTests {
  let tokenizer: Tokenizer

  init() throws { tokenizer = try Fixtures.tokenizer(TinyVocabulary.metadata()) }

  @Test("merges go by rank")
  func merges() {
    #expect(tokenizer.encode("hello hello", parseSpecial: false) == [259, 260])
    // "l l" comes before "l o", so of "llo" only the first two merge.
    #expect(tokenizer.encode("llo", parseSpecial: false) == [257, 111])
  }

  @Test("control tokens are found only when asked for, the longest first")
  func controlTokens() {
    #expect(tokenizer.encode("a<s>>b<s>", parseSpecial: true) == [97, 264, 98, 263])
    #expect(tokenizer.encode("<s>", parseSpecial: false) == [60, 115, 62])
    #expect(tokenizer.encode("<s", parseSpecial: true) == [60, 115])
  }

  @Test("user-defined tokens are text and always found")
  func userDefined() {
    for parseSpecial in [true, false] {
      #expect(tokenizer.encode("ab<mine>", parseSpecial: parseSpecial) == [262, 265])
    }
  }

  @Test("no text has fewer tokens than its length says", arguments: ["", "a", "hello hello", "ab<mine>é😀"])
  func fewestTokens(text: String) {
    #expect(tokenizer.fewestTokens(in: text) <= tokenizer.encode(text, parseSpecial: true).count)
    #expect((tokenizer.fewestTokens(in: text) == 0) == text.isEmpty)
  }

  @Test("the begin token comes first when asked for")
  func begin() {
    #expect(tokenizer.encode("", parseSpecial: false, addBOS: true) == [263])
    #expect(tokenizer.encode("ab", parseSpecial: false, addBOS: true) == [263, 262])
    #expect(!tokenizer.addsBOS)
  }

  @Test("whether sequences begin with it is said by the file, else by the pre-tokenizer")
  func addsBOS() throws {
    #expect(try Fixtures.tokenizer(TinyVocabulary.metadata("llama-bpe")).addsBOS)
    var builder = TinyVocabulary.metadata("llama-bpe")
    builder.metadata.append(("tokenizer.ggml.add_bos_token", .bool(false)))
    #expect(try !Fixtures.tokenizer(builder).addsBOS)
  }

  @Test("a file may bring the patterns of a known model instead of their name, and no others")
  func ownPatterns() throws {
    var builder = TinyVocabulary.metadata()
    builder.metadata.removeAll { $0.key == "tokenizer.ggml.pre" }
    let stages = try #require(PreTokenizers.patterns.first { $0.names.contains("smollm") }?.stages)
    builder.metadata.append((TextPatterns.key, .strings(stages)))
    let (own, named) = (
      try Fixtures.tokenizer(builder), try Fixtures.tokenizer(TinyVocabulary.metadata("smollm"))
    )
    var random = SplitMix64(state: 3)
    for _ in 0..<50 {
      let text = randomText(&random)
      #expect(own.encode(text, parseSpecial: false) == named.encode(text, parseSpecial: false))
    }
    builder.metadata[builder.metadata.count - 1].value = .strings([#"\s*\s*\s*x"#])
    #expect(throws: TokenizingError.self) { try Fixtures.tokenizer(builder) }
  }

  @Test("decoding leaves out special tokens when asked to")
  func skipSpecial() {
    #expect(tokenizer.decode([263, 259, 265, 266]) == "<s>hello<mine></s>")
    #expect(tokenizer.decode([263, 259, 265, 266], skipSpecial: true) == "hello<mine>")
  }

  @Test("a byte without a token is left out")
  func missingByte() throws {
    var builder = TinyVocabulary.metadata()
    let tokens = TinyVocabulary.byteCharacters.map { $0 == "x" ? "xx" : $0 }
    builder.metadata[2].value = .strings(tokens)
    builder.metadata[3].value = .int32s(Array(repeating: 1, count: 256))
    builder.metadata[4].value = .strings([])
    builder.metadata.removeLast(2)
    #expect(try Fixtures.tokenizer(builder).encode("axb", parseSpecial: false) == [97, 98])
  }

  @Test("any text comes back from its tokens, with every pre-tokenizer", arguments: PreTokenizers.names)
  func roundTrip(pre: String) throws {
    let tokenizer = try Fixtures.tokenizer(TinyVocabulary.metadata(pre))
    var random = SplitMix64(state: 7)
    for _ in 0..<300 {
      let text = randomText(&random)
      for parseSpecial in [true, false] {
        #expect(tokenizer.decode(tokenizer.encode(text, parseSpecial: parseSpecial)) == text)
      }
    }
  }

  @Test("several tasks at once get the same tokens as one alone")
  func concurrent() async {
    let text = String(repeating: "hello ab <mine> 12\n", count: 50)
    let alone = tokenizer.encode(text, parseSpecial: true)
    let tokenizer = tokenizer
    let all = await withTaskGroup(of: [Int32].self) { group in
      for _ in 0..<8 { group.addTask { tokenizer.encode(text, parseSpecial: true) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(all == Array(repeating: alone, count: 8))
  }

  private func randomText(_ random: inout SplitMix64) -> String {
    let common = Array("aehlo  \n\r\t'sS12٣<>.,é日\u{85}\u{A0}\u{2028}\u{FFFD}\u{301}🙂".unicodeScalars)
    var text = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      let any = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random))
      let isCommon = Int.random(in: 0..<8, using: &random) > 0
      text.append(isCommon ? common[Int.random(in: 0..<common.count, using: &random)] : any ?? " ")
    }
    return String(text)
  }
}
