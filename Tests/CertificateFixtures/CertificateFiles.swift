import Foundation

/// A certificate for this machine and its private key, made by the `openssl` command, in a folder of their own.
///
/// It signs itself, so it is the authority that clients trust too. The folder goes with the last reference.
package final class CertificateFiles: Sendable {
  /// What the key is.
  package enum Key: String, Sendable, CaseIterable {
    case ecdsa = "ec"
    case rsa
    /// Of 1024 bits: too weak.
    case weakRSA = "weak"

    fileprivate var arguments: [String] {
      switch self {
      case .ecdsa: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
      case .rsa: ["-newkey", "rsa:2048"]
      case .weakRSA: ["-newkey", "rsa:1024"]
      }
    }
  }

  private let folder: URL

  package var certificate: String { folder.appending(path: "certificate.pem").path }
  package var key: String { folder.appending(path: "key.pem").path }

  /// Makes one that is valid for some days; with -1 it has expired.
  package init(_ kind: Key = .ecdsa, days: Int = 2) async throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "kvota-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    let request = folder.appending(path: "request.pem").path
    try await Self.openssl(
      ["req", "-new", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"] + kind.arguments)
    try await Self.openssl(
      ["x509", "-req", "-in", request, "-signkey", key, "-out", certificate, "-days", "\(days)"]
        + ["-copy_extensions", "copy"])
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Puts these files in the place of others, as a renewal does.
  package func replace(_ other: CertificateFiles) throws {
    for (new, old) in [(certificate, other.certificate), (key, other.key)] {
      try Data(contentsOf: URL(filePath: new)).write(to: URL(filePath: old))
    }
  }

  /// Locks the key with a passphrase.
  package func encryptKey() async throws {
    let locked = folder.appending(path: "locked.pem").path
    try await Self.openssl(["pkey", "-in", key, "-out", locked, "-aes256", "-passout", "pass:secret"])
    try Data(contentsOf: URL(filePath: locked)).write(to: URL(filePath: key))
  }

  private static func openssl(_ arguments: [String]) async throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in ended.resume() }
      do { try process.run() } catch { ended.resume(throwing: error) }
    }
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
  }

  private struct Failure: Error {
    let arguments: [String]
  }
}
