import Foundation
import Testing

extension RealClients {
  @Suite("synthesize")
  struct SynthesizeTests {
    @Test("a tiny model is written once, and text comes out of it")
    func tiny() async throws {
      let binary = try #require(Surroundings.binary)
      let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).gguf").path
      defer { try? FileManager.default.removeItem(atPath: path) }
      let written = try await Command.run(binary, ["synthesize", "tiny", "--type", "q4_k", "--out", path])
      #expect(written.status == 0 && written.text.hasPrefix(path), "\(written.errors)")
      let again = try await Command.run(binary, ["synthesize", "tiny", "--out", path])
      #expect(again.status != 0 && again.errors.contains("exists already; add --force to replace it"))
      let generated = try await Command.run(
        binary, ["generate", "--model", path, "--prompt", "abc", "--max-tokens", "4", "--temperature", "0"])
      #expect(generated.status == 0 && generated.output.count > 4, "\(generated.errors)")
    }

    @Test(
      "what cannot be made is refused with what can be",
      arguments: [
        (["huge"], "known: llama-3.2-1b, llama-2-7b, tiny"), (["tiny", "--type", "q9"], "known: q4_0"),
      ])
    func refusals(options: [String], complaint: String) async throws {
      let binary = try #require(Surroundings.binary)
      let command = try await Command.run(
        binary, ["synthesize"] + options + ["--out", "/nowhere/model.gguf"])
      #expect(command.status != 0 && command.errors.contains(complaint))
    }
  }
}
