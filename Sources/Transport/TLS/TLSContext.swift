import COpenSSL
import Glibc

/// A certificate with its key, and which versions, ciphers and curves are spoken with it.
///
/// Never changed once it is made, so that connections can share it; a new certificate is a new context.
@safe final class TLSContext: Sendable {
  /// An `SSL_CTX` of our own.
  nonisolated(unsafe) private let context: OpaquePointer

  /// Loads the files and fixes everything else.
  init(_ files: TLSFiles) throws(TLSError) {
    Self.ignoreBrokenPipes
    ERR_clear_error()
    // Safety: a new context, freed in deinit.
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw .library(reason: Self.lastReason)
    }
    unsafe self.context = context
    try restrict()
    chooseProtocol()
    try load(files)
  }

  deinit { unsafe SSL_CTX_free(context) }

  /// A connection's part of TLS, over a socket that does not block; nil without memory for it.
  func makeSession(descriptor: Int32) -> TLSSession? {
    // Safety: the session has a reference of its own to the context, and frees `ssl`.
    guard let ssl = unsafe SSL_new(context) else { return nil }
    let session = unsafe TLSSession(owning: ssl)
    guard unsafe SSL_set_fd(ssl, descriptor) == 1 else { return nil }
    unsafe SSL_set_accept_state(ssl)
    return session
  }

  /// What is wrong with the certificate's time, or nil.
  var validityWarning: String? {
    // Safety: both times belong to the certificate, and that to the context.
    guard let certificate = unsafe SSL_CTX_get0_certificate(context) else { return nil }
    if unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0 { return "has expired" }
    if unsafe X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0 { return "is not valid yet" }
    return nil
  }

  /// Why OpenSSL's last call on this thread failed.
  static var lastReason: String { reason(ERR_peek_last_error()) }

  static func reason(_ code: UInt) -> String {
    // Safety: a C string of OpenSSL's tables, copied at once.
    if let text = unsafe ERR_reason_error_string(code) { return unsafe String(cString: text) }
    return "error \(code)"
  }

  /// OpenSSL writes by write(2), which a closed connection would answer with a signal that ends the process.
  private static let ignoreBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
}

// MARK: What is spoken
extension TLSContext {
  /// Mozilla's "intermediate" suites for TLS 1.2, without those of finite-field Diffie-Hellman, which cost a
  /// server more than its attacker.
  private static let ciphers = [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
  ].joined(separator: ":")
  /// The same for TLS 1.3.
  private static let suites = [
    "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
  ].joined(separator: ":")
  private static let groups = "X25519:P-256:P-384"
  /// 112 bits at least: no RSA key under 2048 bits, no SHA-1.
  private static let securityLevel: Int32 = 2

  /// Without tickets or sessions to resume there is no key that would open what was recorded earlier, and none
  /// to be renewed; clients of an API keep their connections anyway.
  private func restrict() throws(TLSError) {
    let options =
      openssl_no_compression() | openssl_no_renegotiation() | openssl_no_tickets()
      | openssl_ignore_unexpected_end()
    // Safety: the context is ours, the strings live for their calls.
    let accepted = unsafe [
      openssl_set_least_version(context, TLS1_2_VERSION), SSL_CTX_set_cipher_list(context, Self.ciphers),
      SSL_CTX_set_ciphersuites(context, Self.suites), openssl_set_groups(context, Self.groups),
      SSL_CTX_set_num_tickets(context, 0),
    ]
    guard accepted.allSatisfy({ $0 == 1 }) else { throw .library(reason: Self.lastReason) }
    unsafe SSL_CTX_set_security_level(context, Self.securityLevel)
    _ = unsafe SSL_CTX_set_options(context, options)
    unsafe openssl_cache_no_sessions(context)
    unsafe openssl_read_ahead(context)
    unsafe openssl_set_modes(context)
  }

  /// HTTP/1 is all we speak; a client that insists on something else is told so (RFC 7301 section 3.2).
  private func chooseProtocol() {
    // Safety: the names live as long as the process; OpenSSL gives valid pointers, and copies what is chosen
    // from the client's list.
    unsafe SSL_CTX_set_alpn_select_cb(
      context,
      { _, chosen, chosenLength, offered, offeredLength, _ in
        guard let chosen = unsafe chosen else { return SSL_TLSEXT_ERR_ALERT_FATAL }
        let known: StaticString = "\u{8}http/1.1\u{8}http/1.0"
        let found = unsafe chosen.withMemoryRebound(to: UnsafeMutablePointer<UInt8>?.self, capacity: 1) {
          unsafe SSL_select_next_proto(
            $0, chosenLength, offered, offeredLength, known.utf8Start, UInt32(known.utf8CodeUnitCount))
        }
        return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
      }, nil)
  }
}

// MARK: The files
extension TLSContext {
  /// The key first: OpenSSL then drops one that does not fit, which is found out at the end.
  private func load(_ files: TLSFiles) throws(TLSError) {
    for path in [files.certificate, files.key] { try Self.checkReadable(path) }
    // Safety: the context is ours, the strings live for their calls. A passphrase is never asked for.
    unsafe SSL_CTX_set_default_passwd_cb(context, { _, _, _, _ in -1 })
    guard unsafe SSL_CTX_use_PrivateKey_file(context, files.key, SSL_FILETYPE_PEM) == 1 else {
      throw .badKey(path: files.key, reason: Self.lastReason)
    }
    guard unsafe SSL_CTX_use_certificate_chain_file(context, files.certificate) == 1 else {
      throw .badCertificate(path: files.certificate, reason: Self.lastReason)
    }
    guard unsafe SSL_CTX_check_private_key(context) == 1 else { throw .keyOfAnother(files) }
  }

  private static func checkReadable(_ path: String) throws(TLSError) {
    // Safety: C strings; the one of strerror is copied at once.
    guard unsafe access(path, R_OK) != 0 else { return }
    throw .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}
