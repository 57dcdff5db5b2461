import CertificateFixtures
import Foundation
import Testing
import Transport

@Suite("TLS identity", .timeLimit(.minutes(1)))
struct TLSIdentityTests {
  @Test(
    "a certificate and its key are taken, whatever the key's kind",
    arguments: [CertificateFiles.Key.ecdsa, .rsa])
  func loads(kind: CertificateFiles.Key) async throws {
    let files = try await CertificateFiles(kind)
    try #expect(TLSIdentity(files.tls).warnings == [])
  }

  @Test(
    "the key of another certificate is refused, of the same kind or not",
    arguments: [CertificateFiles.Key.ecdsa, .rsa])
  func refusesOtherKey(kind: CertificateFiles.Key) async throws {
    let (files, other) = (try await CertificateFiles(.ecdsa), try await CertificateFiles(kind))
    let mixed = TLSFiles(certificate: files.certificate, key: other.key)
    #expect(throws: TLSError.keyOfAnother(mixed)) { try TLSIdentity(mixed) }
  }

  @Test("files that are not there, or hold something else, are named")
  func refusesOtherFiles() async throws {
    let files = try await CertificateFiles()
    for (pair, culprit) in [
      (TLSFiles(certificate: "/nowhere/c.pem", key: files.key), "'/nowhere/c.pem': No such file"),
      (TLSFiles(certificate: files.certificate, key: "/nowhere/k.pem"), "'/nowhere/k.pem': No such file"),
      (TLSFiles(certificate: files.key, key: files.key), "'\(files.key)' holds no certificate"),
      (
        TLSFiles(certificate: files.certificate, key: files.certificate),
        "'\(files.certificate)' holds no private key"
      ),
      (TLSFiles(certificate: "/", key: files.key), "'/' holds no certificate"),
    ] {
      let error = #expect(throws: TLSError.self) { try TLSIdentity(pair) }
      #expect(error?.description.contains(culprit) == true, "\(error.debugDescription)")
    }
  }

  @Test("a key with a passphrase is refused, and nobody is asked for it")
  func refusesLockedKey() async throws {
    let files = try await CertificateFiles()
    try await files.encryptKey()
    let error = #expect(throws: TLSError.self) { try TLSIdentity(files.tls) }
    #expect(error?.description.contains("without a passphrase") == true)
  }

  @Test("a key that is too weak is refused")
  func refusesWeakKey() async throws {
    let files = try await CertificateFiles(.weakRSA)
    let error = #expect(throws: TLSError.self) { try TLSIdentity(files.tls) }
    #expect(error?.description.contains("too small") == true)
  }

  @Test("an expired certificate is taken with a warning")
  func warnsOfExpiry() async throws {
    let files = try await CertificateFiles(days: -1)
    let warnings = try TLSIdentity(files.tls).warnings
    #expect(warnings == ["the certificate in '\(files.certificate)' has expired"])
  }

  @Test(
    "a key that everybody can read is taken with a warning, one for a group without",
    arguments: [0o604, 0o640])
  func warnsOfOpenKey(permissions: Int) async throws {
    let files = try await CertificateFiles()
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: files.key)
    let warnings = try TLSIdentity(files.tls).warnings
    #expect(warnings.contains { $0.contains("'\(files.key)'") } == (permissions == 0o604))
  }

  @Test("a renewal that cannot be used throws, and the next can still succeed")
  func reloads() async throws {
    let (files, renewed) = (try await CertificateFiles(), try await CertificateFiles())
    let identity = try TLSIdentity(files.tls)
    try Data("nothing".utf8).write(to: URL(filePath: files.certificate))
    #expect(throws: TLSError.self) { try identity.reload() }
    try renewed.replace(files)
    try identity.reload()
  }
}

extension CertificateFiles {
  var tls: TLSFiles { TLSFiles(certificate: certificate, key: key) }
}
