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
    "those for KEDA and llm-d have the fields that these know, and a misspelt name is noticed",
    .enabled(if: Surroundings.python != nil, "needs the Python environment: make test"),
    arguments: [
      ("kubernetes/autoscaling.yaml", "threshold"), ("kubernetes/autoscaling.yaml", "minReplicaCount"),
      ("kubernetes/autoscaling.yaml", "stabilizationWindowSeconds"),
      ("llm-d/kvota.yaml", "endpointPickerRef"), ("llm-d/kvota.yaml", "schedulingProfiles"),
      ("llm-d/kvota.yaml", "pluginRef: queue-scorer"), ("llm-d/kvota.yaml", "type: prefix-cache-scorer"),
    ])
  func othersKinds(file: String, name: String) async throws {
    let checked = try await check("\(Surroundings.deploy)/\(file)")
    #expect(checked.status == 0, "\(checked.text)\(checked.errors)")
    let text = try String(contentsOfFile: "\(Surroundings.deploy)/\(file)", encoding: .utf8)
    try #require(text.contains(name))
    let misspelt = try TemporaryFile.make(Data(text.replacing(name, with: name.dropLast()).utf8))
    defer { try? FileManager.default.removeItem(at: misspelt) }
    let noticed = try await check(misspelt.path)
    #expect(noticed.status == 1 && noticed.errors.isEmpty, "\(noticed.errors)")
  }

  @Test("the autoscaler adds a replica before the places of those that there are have all been taken")
  func threshold() throws {
    func number(_ expression: Regex<(Substring, Substring)>, in file: String) throws -> Double {
      let text = try String(contentsOfFile: "\(Surroundings.deploy)/kubernetes/\(file)", encoding: .utf8)
      return try #require(text.firstMatch(of: expression).flatMap { Double($0.output.1) })
    }
    let threshold = try number(/threshold: "(\d+)"/, in: "autoscaling.yaml")
    let places = try number(/max-sequences = (\d+)/, in: "kvota.yaml")
    // Kubernetes leaves the number of replicas as it is within a tenth.
    #expect(threshold * 1.1 < places)
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

  private func check(_ path: String) async throws -> Command {
    try await Command.run(try #require(Surroundings.python), [Surroundings.clients + "/manifests.py", path])
  }

  private func validate(_ path: String) async throws -> Command {
    try await Command.run(
      try #require(Surroundings.kubernetesValidate), ["--strict", "--kubernetes-version", "1.33", path])
  }
}
