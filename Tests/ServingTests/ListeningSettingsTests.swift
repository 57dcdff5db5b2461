import CertificateFixtures
import Testing
import Transport

@testable import Serving

@Suite("Listening settings")
struct ListeningSettingsTests {
  private func settings(
    _ flags: [SettingName: String], _ environment: [String: String] = [:]
  ) throws -> ListeningSettings {
    try ListeningSettings(SettingTexts(flags: flags, environment: environment), processID: 7)
  }

  @Test("a host is an address, or a Unix socket's path")
  func hosts() throws {
    #expect(try settings([.host: "::1"]).address == .internet(host: "::1", port: 8080))
    #expect(try settings([.host: "unix:/run/a.sock"]).places == [.address(.unix(path: "/run/a.sock"))])
  }

  @Test(
    "a Unix socket's path is absolute and short enough for the system",
    arguments: ["unix:", "unix:a.sock", "unix:/" + String(repeating: "a", count: 104)])
  func refusesPath(host: String) {
    let error = #expect(throws: SettingsError.self) { try settings([.host: host]) }
    #expect(error?.description.hasPrefix("--host is '\(host)'") == true)
  }

  @Test("a port beside a Unix socket is not dropped in silence")
  func tellsOfUnusedPort() throws {
    #expect(try settings([.host: "unix:/a"]).notices == [])
    #expect(try settings([.host: "unix:/a", .port: "1"]).notices.count == 1)
  }

  @Test("sockets that were handed over are listened on, and what they displace is told")
  func takesInherited() throws {
    let handed = ["LISTEN_PID": "7", "LISTEN_FDS": "2"]
    #expect(
      try settings([:], handed).places == [.inherited(descriptor: 3), .inherited(descriptor: 4)])
    #expect(try settings([:], handed).notices == [])
    #expect(try settings([.host: "::1"], handed.merging(["KVOTA_PORT": "1"]) { $1 }).notices.count == 2)
    #expect(throws: SettingsError.self) { try settings([:], ["LISTEN_PID": "7", "LISTEN_FDS": "x"]) }
  }

  @Test("TLS wants both files, and they are checked at once")
  func wantsBothFiles() async throws {
    let files = try await CertificateFiles()
    let tls = try settings([.tlsCertificate: files.certificate, .tlsKey: files.key]).tls
    #expect(tls == TLSFiles(certificate: files.certificate, key: files.key))
    for flags in [
      [SettingName.tlsCertificate: files.certificate], [.tlsKey: files.key],
      [.tlsCertificate: files.key, .tlsKey: files.key],
    ] {
      #expect(throws: SettingsError.self) { try settings(flags) }
    }
  }

  @Test("a certificate that has expired is noticed")
  func noticesExpiry() async throws {
    let files = try await CertificateFiles(days: -1)
    let notices = try settings([.tlsCertificate: files.certificate, .tlsKey: files.key]).notices
    #expect(notices.first?.contains("has expired") == true)
  }
}
