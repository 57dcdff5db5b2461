import Foundation
import GGUF
import ModelFixtures
import Tokenizing

/// Where tests find what is not in the repository, and what they make themselves.
enum Fixtures {
  private static let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  private static let root = here.deletingLastPathComponent().deletingLastPathComponent()
  private static let environment = ProcessInfo.processInfo.environment

  static let golden = here.appendingPathComponent("Golden")
  static let modelPath =
    environment["KVOTA_TEST_MODEL"]
    ?? root.appendingPathComponent(".cache/models/SmolLM2-135M-Instruct.Q4_1.gguf").path
  static let vocabularies = URL(
    fileURLWithPath: environment["KVOTA_SHARED"] ?? root.deletingLastPathComponent().path + "/shared"
  ).appendingPathComponent("data/vocab")

  static var hasModel: Bool { FileManager.default.fileExists(atPath: modelPath) }
  static var hasVocabularies: Bool {
    FileManager.default.fileExists(atPath: vocabularies.appendingPathComponent("ggml-vocab-gpt-2.gguf").path)
  }

  static func tokenizer(path: String) throws -> Tokenizer {
    try Tokenizer(metadata: GGUFFile(path: path).metadata)
  }

  /// Byte `b` is token `b`; then come the merged tokens, then `specials`.
  static func tinyMetadata(_ pre: String = "gpt-2") -> GGUFBuilder {
    let merged = ["he", "ll", "hell", "hello", "Ġhello", "lo", "ab"]
    let tokens = byteCharacters + merged + ["<s>", "<s>>", "<mine>", "</s>"]
    let kinds = [Int32](repeating: 1, count: 256 + merged.count) + [3, 3, 4, 3]
    return GGUFBuilder(metadata: [
      ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(pre)),
      ("tokenizer.ggml.tokens", .strings(tokens)), ("tokenizer.ggml.token_type", .int32s(kinds)),
      ("tokenizer.ggml.merges", .strings(["l l", "h e", "he ll", "l o", "hell o", "Ġ hello", "a b"])),
      ("tokenizer.ggml.bos_token_id", .uint32(263)), ("tokenizer.ggml.eos_token_id", .uint32(266)),
    ])
  }

  static func tokenizer(_ builder: GGUFBuilder) throws -> Tokenizer {
    let file = try TemporaryFile(builder.bytes())
    return try tokenizer(path: file.path)
  }

  /// The byte alphabet by its definition: visible Latin-1 bytes are themselves, the others follow from U+0100.
  static let byteCharacters: [String] = {
    var hidden: UInt32 = 0x100
    return (UInt32(0)..<256).map { byte in
      let isVisible = (33...126).contains(byte) || (161...172).contains(byte) || (174...255).contains(byte)
      defer { hidden += isVisible ? 0 : 1 }
      return String(Unicode.Scalar(isVisible ? byte : hidden).map(Character.init) ?? "?")
    }
  }()
}

/// Steele, Lea and Flood's generator: seeded, so that a failure can be repeated.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
