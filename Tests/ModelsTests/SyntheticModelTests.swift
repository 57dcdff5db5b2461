import Foundation
import GGUF
import ModelFixtures
import Models
import Synthesis
import Testing

@Suite struct SyntheticModelTests {
  /// The tiny shape in a file of its own.
  private func synthesized(_ type: WeightType) throws -> TemporaryFile {
    let temporary = try TemporaryFile([])
    let tiny = try #require(ModelShape.named("tiny"))
    try SyntheticModel(tiny, type, seed: 0).write(to: temporary.path, overwriting: true) { _ in }
    return temporary
  }

  private let prompt = (0..<200).map { Int32(($0 * 7919 + 11) % 1022) }

  @Test(
    "a synthetic model generates the same tokens every time, from finite logits",
    arguments: WeightType.allCases)
  func generates(type: WeightType) throws {
    let temporary = try synthesized(type)
    let texts = try (0..<2).map { _ in
      let loaded = try LoadedModel(try GGUFFile(path: temporary.path))
      var tokens = Array(prompt[..<20])
      for _ in 0..<8 {
        let logits = try loaded.logits([tokens])[0]
        #expect(logits.allSatisfy { $0.isFinite })
        tokens.append(greatest(logits))
      }
      return tokens
    }
    #expect(texts[0] == texts[1])
    #expect(Set(texts[0][20...]).count > 1)
  }

  /// What llama-server b11434 says of the token after `prompt` in the tiny model of type q8_0: tokens and the logarithms of their shares.
  private static let peer: [(token: Int, share: Double)] = [
    (1007, -4.4240), (934, -4.6971), (379, -4.6976), (559, -4.8777), (494, -4.9278), (589, -4.9514),
    (773, -4.9542), (450, -5.0075), (703, -5.0546), (839, -5.1038),
  ]

  /// Largest difference from the peer's numbers.
  private func difference(_ file: GGUFFile) throws -> Double {
    let shares = logShares(try LoadedModel(file).logits([prompt])[0])
    return Self.peer.map { abs(shares[$0.token] - $0.share) }.max() ?? .infinity
  }

  @Test("frequencies divided for long contexts give llama.cpp's logits, and undivided ones do not")
  func longContext() throws {
    let temporary = try synthesized(.q8_0)
    let file = try GGUFFile(path: temporary.path)
    #expect(try difference(file) < 0.05)
    var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: temporary.path)))
    let ones = (0..<32).flatMap { _ in Float(1).bitPattern.littleEndianBytes }
    bytes.replaceSubrange(try file.tensor("rope_freqs.weight").bytes, with: ones)
    let undivided = try TemporaryFile(bytes)
    #expect(try difference(GGUFFile(path: undivided.path)) > 0.2)
  }
}
