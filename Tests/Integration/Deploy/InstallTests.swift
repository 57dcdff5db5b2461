import Foundation
import Testing

@Suite(
  "make install",
  .enabled(if: Surroundings.has("make") && Surroundings.has("strip"), "needs make, and strip of binutils"))
struct InstallTests {
  private static let modes = [
    "opt/kvota/bin/kvota": 0o755, "etc/systemd/system/kvota.service": 0o644,
    "etc/systemd/system/kvota.socket": 0o644, "etc/kvota/kvota.toml": 0o644, "etc/kvota/kvota.env": 0o600,
  ]
  private static let settings = ["etc/kvota/kvota.toml", "etc/kvota/kvota.env"]

  @Test("puts everything where it belongs, and leaves the settings that it finds there as they are")
  func installs() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "kvota-install-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    try await install(in: folder)
    var modes: [String: Int] = [:]
    for file in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.appending(path: file).path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else { continue }
      modes[file] = (attributes[.posixPermissions] as? NSNumber)?.intValue
    }
    #expect(modes == Self.modes)
    let unit = folder.appending(path: "etc/systemd/system/kvota.service")
    let text = try String(contentsOf: unit, encoding: .utf8)
    #expect(text.contains("\nExecStart=/opt/kvota/bin/kvota serve\n"))

    for file in Self.settings { try Data("mine".utf8).write(to: folder.appending(path: file)) }
    try Data("old".utf8).write(to: unit)
    try await install(in: folder)
    for file in Self.settings {
      #expect(try Data(contentsOf: folder.appending(path: file)) == Data("mine".utf8), "\(file)")
    }
    #expect(try Data(contentsOf: unit) != Data("old".utf8))
  }

  /// What `make install` does after its build, with another binary.
  private func install(in folder: URL) async throws {
    let command = try await Command.run(
      "/usr/bin/env",
      [
        "make", "-C", Surroundings.deploy + "/..", "install-files", "INSTALL_BINARY=/bin/true",
        "DESTDIR=\(folder.path)", "PREFIX=/opt/kvota",
      ])
    #expect(command.status == 0, "\(command.errors)")
  }
}
