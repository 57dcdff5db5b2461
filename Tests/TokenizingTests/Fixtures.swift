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
  static let vocabularies = URL(
    fileURLWithPath: environment["KVOTA_SHARED"] ?? root.deletingLastPathComponent().path + "/shared"
  ).appendingPathComponent("data/vocab")

  static var hasVocabularies: Bool {
    FileManager.default.fileExists(atPath: vocabularies.appendingPathComponent("ggml-vocab-gpt-2.gguf").path)
  }

  static func tokenizer(path: String) throws -> Tokenizer {
    try Tokenizer(metadata: GGUFFile(path: path).metadata)
  }

  static func tokenizer(_ builder: GGUFBuilder) throws -> Tokenizer {
    let file = try TemporaryFile(builder.bytes())
    return try tokenizer(path: file.path)
  }
}
