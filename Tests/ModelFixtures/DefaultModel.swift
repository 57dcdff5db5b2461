import Foundation

/// The model that the project is measured with; tests that need its file are skipped where it is absent.
package enum DefaultModel {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let environment = ProcessInfo.processInfo.environment

  /// `KVOTA_TEST_MODEL`, or where `make model` puts it.
  package static let path = environment["KVOTA_TEST_MODEL"] ?? cache + "/SmolLM2-135M-Instruct.Q4_1.gguf"
  private static let cache =
    environment["KVOTA_CACHE"]
    ?? (environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache") + "/kvota"
  package static var isPresent: Bool { FileManager.default.fileExists(atPath: path) }

  package static var texts: [GoldenText] {
    get throws {
      let data = try Data(contentsOf: tests.appendingPathComponent("ModelsTests/Golden/greedy.json"))
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode([GoldenText].self, from: data)
    }
  }
}

/// A greedy text of the default model as PyTorch computes it in 32-bit floats.
package struct GoldenText: Decodable, Sendable {
  package struct Step: Decodable, Sendable {
    package let token: Int32
    /// Ten pairs of token and logit, descending.
    package let top: [[Double]]
  }
  package let name: String
  package let promptIds: [Int32]
  package let generatedIds: [Int32]
  package let steps: [Step]

  /// All that is fed so that every step's logits come out.
  package var fed: [Int32] { promptIds + generatedIds.dropLast() }
}
