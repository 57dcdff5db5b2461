import Foundation
import Testing

@Suite(
  "the systemd units",
  .enabled(if: Surroundings.systemdAnalyze != nil, "needs systemd-analyze, of the package systemd"))
struct UnitTests {
  private let units = ["kvota.service", "kvota.socket"]

  @Test("the service leaves little exposed")
  func exposure() async throws {
    let command = try await analyze([
      "security", "--offline=true", "--threshold=15", "--no-pager", Surroundings.deploy + "/kvota.service",
    ])
    #expect(command.status == 0, "\(command.text)")
  }

  @Test("systemd finds nothing wrong with them")
  func verified() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvota-units-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for unit in units {
      // A program that is not there would be the only thing wrong.
      let text = try String(contentsOfFile: "\(Surroundings.deploy)/\(unit)", encoding: .utf8)
        .replacing("/usr/local/bin/kvota", with: "/bin/true")
      try text.write(to: folder.appending(path: unit), atomically: true, encoding: .utf8)
    }
    let command = try await analyze(["verify"] + units.map { folder.appending(path: $0).path })
    #expect(command.status == 0 && command.errors.isEmpty, "\(command.errors)")
  }

  private func analyze(_ arguments: [String]) async throws -> Command {
    try await Command.run(try #require(Surroundings.systemdAnalyze), arguments)
  }
}
