/// Why a certificate cannot be used.
package enum TLSError: Error, Equatable, Sendable, CustomStringConvertible {
  case unreadable(path: String, reason: String)
  case badCertificate(path: String, reason: String)
  case badKey(path: String, reason: String)
  /// The key is not the one that the certificate was made for.
  case keyOfAnother(TLSFiles)
  /// OpenSSL itself would not have it.
  case library(reason: String)

  package var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
    case .badCertificate(let path, let reason):
      "'\(path)' holds no certificate that can be used (\(reason)); expected PEM, the server's own certificate first"
    case .badKey(let path, let reason):
      "'\(path)' holds no private key that can be used (\(reason)); expected PEM without a passphrase"
    case .keyOfAnother(let files):
      "the key in '\(files.key)' is not that of the certificate in '\(files.certificate)'; give the two that were "
        + "made together"
    case .library(let reason): "OpenSSL: \(reason)"
    }
  }
}
