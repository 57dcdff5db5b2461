import Foundation
import Testing

@Suite("manifests for Kubernetes")
struct ManifestTests {
  private let manifest = Surroundings.deploy + "/kubernetes/kvota.yaml"

  @Test(
    "they are what the API's own schemas say, and a field that these do not know is noticed",
    .enabled(if: Surroundings.kubernetesValidate != nil, "needs kubernetes-validate, from PyPI: make test"))
  func schemas() async throws {
    let checked = try await validate(manifest)
    #expect(checked.status == 0, "\(checked.text)\(checked.errors)")
    let text = try String(contentsOfFile: manifest, encoding: .utf8)
    let misspelt = try TemporaryFile.make(
      Data(text.replacing("enableServiceLinks", with: "enableServiceLink").utf8))
    defer { try? FileManager.default.removeItem(at: misspelt) }
    #expect(try await validate(misspelt.path).status != 0)
  }

  @Test(
    "the settings in them, and those that are installed, are settings that the server takes",
    .enabled(if: Surroundings.areComplete))
  func settings() async throws {
    let installed = try String(contentsOfFile: Surroundings.deploy + "/kvota.toml", encoding: .utf8)
    // Those that are commented out are promises too.
    let uncommented = installed.replacing(/(?m)^#(?=[a-z-]+ = )/, with: "")
    let lines = try String(contentsOfFile: manifest, encoding: .utf8).split(separator: "\n")
    let inline = lines.drop { !$0.hasSuffix("kvota.toml: |") }.dropFirst().prefix { $0.hasPrefix("    ") }
    for text in [installed, uncommented, inline.joined(separator: "\n")] {
      let file = try TemporaryFile.make(Data(text.utf8))
      defer { try? FileManager.default.removeItem(at: file) }
      let command = try await Command.run(
        try #require(Surroundings.binary),
        ["serve", "--check-config", "--config", file.path, "--model", try #require(Surroundings.model)])
      #expect(command.status == 0, "\(command.errors)")
      #expect(command.text.contains("alias in \(file.path)"))
    }
  }

  private func validate(_ path: String) async throws -> Command {
    try await Command.run(
      try #require(Surroundings.kubernetesValidate), ["--strict", "--kubernetes-version", "1.33", path])
  }
}
