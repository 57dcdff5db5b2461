import Foundation
import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("hostile vocabularies") struct HostileVocabularyFuzzTests {
  private static var iterations: Int {
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap { Int($0) }.map { $0 / 20 } ?? 1500
  }

  @Test(
    "whatever is changed in a file's tokenizer, it is refused or can be used", arguments: ["gpt-2", "llama"])
  func mutated(kind: String) throws {
    let builder = kind == "llama" ? TinySentencePieces.metadata() : TinyVocabulary.metadata()
    let original = builder.bytes()
    var random = SplitMix64(state: 31)
    var opened = 0
    let temporary = try TemporaryFile(original)
    for _ in 0..<Self.iterations {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        // The counts and lengths, not the letters, are what can be turned against the reader.
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = Bool.random(using: &random) ? 0xFF : UInt8.random(in: 0...7, using: &random)
      }
      try temporary.write(bytes)
      guard let file = try? GGUFFile(path: temporary.path),
        let tokenizer = try? Tokenizer(metadata: file.metadata)
      else { continue }
      opened += 1
      let tokens = tokenizer.encode("hello <s> é日</s>\n\n", parseSpecial: true)
      _ = tokenizer.decode(tokens + [-1, .max])
      #expect(tokens.allSatisfy { tokenizer.vocabulary.contains($0) })
    }
    #expect(opened > Self.iterations / 60, "mutations that leave nothing to use test little")
  }
}
