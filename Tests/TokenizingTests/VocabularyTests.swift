import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

/// A change to the tiny vocabulary's metadata that must be refused, and a part of the error.
struct Refused: CustomTestStringConvertible, Sendable {
  let key: String
  let value: GGUFBuilder.Value?
  let message: String

  var testDescription: String { "\(key): \(message)" }

  init(_ key: String, _ value: GGUFBuilder.Value?, _ message: String) {
    self.key = "tokenizer.ggml." + key
    self.value = value
    self.message = message
  }
}

@Suite("vocabulary") struct VocabularyTests {
  @Test(
    "a malformed tokenizer is refused with what is wrong",
    arguments: [
      Refused("model", nil, "no metadata key"), Refused("model", .string("bert"), "known: gpt2"),
      Refused("pre", .string("klingon"), "known: gpt-2, phi-2"), Refused("pre", nil, "no metadata key"),
      Refused("tokens", .strings([]), "0 tokens"), Refused("tokens", .int32s([1]), "array of strings"),
      Refused("token_type", .int32s([1, 1]), "2 values"),
      Refused("token_type", .int32s(Array(repeating: 7, count: 267)), "7 in"),
      Refused("merges", nil, "no metadata key"), Refused("merges", .strings(["ab"]), "merge 0, 'ab'"),
      Refused("merges", .strings(["l l", "z z"]), "merge 1, 'z z'"),
      Refused("merges", .strings([" "]), "merge 0"),
      Refused("bos_token_id", .uint32(267), "less than the 267 tokens"),
      Refused("eos_token_id", .int32(-1), "integer from 0"),
      Refused("add_bos_token", .uint32(1), "true or false"),
    ])
  func refused(change: Refused) throws {
    var builder = TinyVocabulary.metadata()
    builder.metadata.removeAll { $0.key == change.key }
    if let value = change.value { builder.metadata.append((change.key, value)) }
    let file = try TemporaryFile(builder.bytes())
    let metadata = try GGUFFile(path: file.path).metadata
    let error = #expect(throws: (any Error).self) { try Tokenizer(metadata: metadata) }
    let message = error.map { "\($0)" } ?? ""
    #expect(message.contains(change.message), "\(message)")
  }

  @Test(
    "a token of 4,096 bytes is read, and a longer one refused before it is taken apart",
    .timeLimit(.minutes(15)))
  func longToken() throws {
    func tokenizer(bytes: Int) throws -> Tokenizer {
      let tokens = ["<unk>", "a", "b", String(repeating: "ab", count: bytes / 2)]
      return try Fixtures.tokenizer(
        GGUFBuilder(metadata: [
          ("tokenizer.ggml.model", .string("llama")), ("tokenizer.ggml.pre", .string("default")),
          ("tokenizer.ggml.tokens", .strings(tokens)),
          ("tokenizer.ggml.scores", .float32s([0, -1, -2, -3])),
          ("tokenizer.ggml.token_type", .int32s([2, 1, 1, 1])),
          ("tokenizer.ggml.unknown_token_id", .uint32(0)),
        ]))
    }
    _ = try tokenizer(bytes: 4096)
    let error = #expect(throws: TokenizingError.self) { try tokenizer(bytes: 4 << 20) }
    #expect(error.map { "\($0)" }?.contains("at most 4096") == true)
  }

  @Test("mutated tokenizers are refused or encode, and never crash")
  func mutated() throws {
    var random = SplitMix64(state: 5)
    let original = TinyVocabulary.metadata("llama-bpe").bytes()
    let temporary = try TemporaryFile(original)
    var accepted = 0
    for _ in 0..<1000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      try temporary.write(bytes)
      guard let tokenizer = try? Fixtures.tokenizer(path: temporary.path) else { continue }
      accepted += 1
      let tokens = tokenizer.encode("<s>hello ab<mine>\u{FFFD}12", parseSpecial: true, addBOS: true)
      #expect(tokens.allSatisfy(tokenizer.vocabulary.contains))
    }
    #expect(accepted > 0 && accepted < 1000)
  }

  @Test("numbers that are no tokens have no bytes and end nothing", arguments: [Int32(-1), 267, .max, .min])
  func outOfRange(token: Int32) throws {
    let vocabulary = try Fixtures.tokenizer(TinyVocabulary.metadata()).vocabulary
    #expect(vocabulary.bytes(of: token).isEmpty)
    #expect(!vocabulary.isEndOfGeneration(token) && !vocabulary.isSpecial(token))
  }

  @Test("each byte's character decodes to the byte")
  func alphabet() {
    for (byte, character) in TinyVocabulary.byteCharacters.enumerated() {
      let text = Array(character.utf8)
      var output: [UInt8] = []
      #expect(ByteAlphabet().decode(text.span, text.indices, appendingTo: &output))
      #expect(output == [UInt8(byte)])
    }
  }

  @Test(
    "text outside the byte alphabet is refused and leaves the output alone", arguments: ["a b", "日", "Ĝƀ"])
  func outsideAlphabet(text: String) {
    let bytes = Array(text.utf8)
    var output: [UInt8] = [1]
    #expect(!ByteAlphabet().decode(bytes.span, bytes.indices, appendingTo: &output))
    #expect(output == [1])
  }
}
