import GGUF
import ModelFixtures
import Testing

@testable import Tokenizing

@Suite("byte-pair merging") struct BytePairMergerTests {
  /// Merges over a, b, c, d, chosen so that they compete and chain.
  private static let merges = ["a b", "b c", "ab c", "c d", "a a", "aa aa", "abc d", "aa b", "d d", "bc d"]

  private func tokenizer() throws -> Tokenizer {
    var builder = TinyVocabulary.metadata()
    let merged = Self.merges.map { $0.split(separator: " ").joined() }
    builder.metadata[2].value = .strings(TinyVocabulary.byteCharacters + merged)
    builder.metadata[3].value = .int32s(Array(repeating: 1, count: 256 + merged.count))
    builder.metadata[4].value = .strings(Self.merges)
    builder.metadata.removeLast(2)
    return try Fixtures.tokenizer(builder)
  }

  /// The definition: of all neighbours merge those of the smallest rank, the leftmost first; and again.
  private func plainly(_ word: String) -> [String] {
    var parts = word.map(String.init)
    while true {
      let ranks = zip(parts, parts.dropFirst()).map { Self.merges.firstIndex(of: "\($0) \($1)") ?? .max }
      guard let best = ranks.min(), best < .max, let index = ranks.firstIndex(of: best) else { return parts }
      parts.replaceSubrange(index...(index + 1), with: [parts[index] + parts[index + 1]])
    }
  }

  @Test(
    "words of any length merge as the definition says", arguments: [1, 2, 3, 7, 40, 127, 128, 129, 130, 300])
  func definition(length: Int) throws {
    let tokenizer = try tokenizer()
    var random = SplitMix64(state: UInt64(length))
    for _ in 0..<20 {
      let word = String((0..<length).map { _ in "abcd".randomElement(using: &random) ?? "a" })
      let parts = tokenizer.encode(word, parseSpecial: false).map { tokenizer.decode([$0]) }
      #expect(parts == plainly(word), "\(word)")
    }
  }

  @Test("a very long word takes no quadratic time", .timeLimit(.minutes(15)))
  func longWord() throws {
    let tokens = try tokenizer().encode(String(repeating: "a", count: 200_001), parseSpecial: false)
    #expect(tokens.count == 50_001)
  }
}
