package import Transport

/// Where the server is reached, and whether under TLS.
package struct ListeningSettings: Sendable, Equatable {
  package private(set) var address = ListeningAddress.internet(host: "127.0.0.1", port: 8080)
  /// Descriptors of sockets that were handed over at the start; if there are any, `address` is not used.
  package private(set) var inherited: [Int32] = []
  /// The certificate and its key; nil for plain HTTP.
  package private(set) var tls: TLSFiles?
  /// What differs from what was asked for, or should be mended.
  private(set) var notices: [String] = []

  package var places: [ListeningPlace] {
    inherited.isEmpty ? [.address(address)] : inherited.map { .inherited(descriptor: $0) }
  }

  /// Reads the settings, and the certificate to check it.
  init(_ texts: SettingTexts, processID: Int32) throws(SettingsError) {
    address = try Self.address(texts)
    inherited = try Self.check {
      try SocketActivation.descriptors(environment: texts.environment, processID: processID)
    }
    tls = try Self.tls(texts)
    if let tls { notices += try Self.check { try TLSIdentity(tls).warnings } }
    notices += unusedNotices(texts)
  }

  /// The host, if others than this machine's users may reach it.
  var openHost: String? { isLoopback ? nil : internetHost }

  /// Whether it is a port that only this machine reaches.
  var isLoopback: Bool {
    guard let host = internetHost else { return false }
    return host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
  }

  /// The host of our own port; nil for a Unix socket, and for what was handed over.
  private var internetHost: String? {
    if inherited.isEmpty, case .internet(let host, _) = address { host } else { nil }
  }

  /// As `--host` and `--port` would say it.
  var hostText: String {
    guard inherited.isEmpty else {
      return "sockets handed over: " + inherited.map(String.init).joined(separator: ", ")
    }
    return switch address {
    case .internet(let host, _): host
    case .unix(let path): Self.unixPrefix + path
    }
  }

  var portText: String {
    if inherited.isEmpty, case .internet(_, let port) = address { "\(port)" } else { "none" }
  }

  private static let unixPrefix = "unix:"

  private static func address(_ texts: SettingTexts) throws(SettingsError) -> ListeningAddress {
    let port = try texts.integer(.port, in: 0...65535) ?? 8080
    guard let (host, origin) = texts.text(.host) else { return .internet(host: "127.0.0.1", port: port) }
    guard host.hasPrefix(unixPrefix) else { return .internet(host: host, port: port) }
    let path = String(host.dropFirst(unixPrefix.count))
    guard path.hasPrefix("/"), path.utf8.count <= ListeningAddress.longestPath else {
      throw SettingsError(
        "\(origin) is '\(host)'; expected \(unixPrefix) and an absolute path of at most "
          + "\(ListeningAddress.longestPath) bytes, such as \(unixPrefix)/run/kvota/kvota.sock")
    }
    return .unix(path: path)
  }

  private static func tls(_ texts: SettingTexts) throws(SettingsError) -> TLSFiles? {
    switch (texts.text(.tlsCertificate), texts.text(.tlsKey)) {
    case (nil, nil): return nil
    case (let (certificate, _)?, let (key, _)?): return TLSFiles(certificate: certificate, key: key)
    case (let (_, origin)?, nil):
      throw SettingsError("\(origin) is set, but no \(SettingName.tlsKey.flag); TLS needs both")
    case (nil, let (_, origin)?):
      throw SettingsError("\(origin) is set, but no \(SettingName.tlsCertificate.flag); TLS needs both")
    }
  }

  private func unusedNotices(_ texts: SettingTexts) -> [String] {
    if !inherited.isEmpty {
      return [SettingName.host, .port].compactMap { texts.text($0)?.origin }.map {
        "\($0) is not used: the sockets to listen on were handed over"
      }
    }
    guard case .unix = address, let (_, origin) = texts.text(.port) else { return [] }
    return ["\(origin) is not used: the host is a Unix socket"]
  }

  private static func check<Value>(_ body: () throws -> Value) throws(SettingsError) -> Value {
    do {
      return try body()
    } catch {
      throw SettingsError("\(error)")
    }
  }
}
