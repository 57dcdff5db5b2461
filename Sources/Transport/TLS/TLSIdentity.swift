import FoundationEssentials
import Synchronization

/// Where the server's certificate and its private key lie, both in PEM.
package struct TLSFiles: Sendable, Equatable {
  /// The server's certificate, and those that lead from it to the authority.
  package let certificate: String
  package let key: String

  package init(certificate: String, key: String) {
    self.certificate = certificate
    self.key = key
  }
}

/// What the server shows clients to prove who it is; can be exchanged while it runs.
package final class TLSIdentity: Sendable {
  private let files: TLSFiles
  private let current: Mutex<TLSContext>

  /// Loads the files; throws `TLSError`.
  package init(_ files: TLSFiles) throws {
    self.files = files
    current = Mutex(try TLSContext(files))
  }

  /// Loads the files again, for new connections; those that run keep what they began with.
  ///
  /// - Throws: `TLSError`, after which the old certificate is still used.
  package func reload() throws {
    let new = try TLSContext(files)
    current.withLock { $0 = new }
  }

  /// What works, but hardly as it was meant.
  package var warnings: [String] {
    [context.validityWarning.map { "the certificate in '\(files.certificate)' \($0)" }, keyWarning]
      .compactMap(\.self)
  }

  /// For the next connection.
  var context: TLSContext { current.withLock { $0 } }

  private var keyWarning: String? {
    let permissions = FileManager.default.number(.posixPermissions, ofItemAtPath: files.key)
    guard let permissions, permissions & 0o007 != 0 else { return nil }
    return
      "anybody on this machine can use the private key in '\(files.key)'; `chmod o= '\(files.key)'` ends that"
  }
}
