/// Where clients reach a server.
package enum ListeningAddress: Sendable, Equatable, CustomStringConvertible {
  /// An IPv4 or IPv6 literal, with or without brackets, or `localhost` for 127.0.0.1; port 0 is any free one.
  case internet(host: String, port: Int)
  /// A socket's file.
  case unix(path: String)

  /// How many bytes a socket's path may have: what the library's own address holds for certain.
  package static let longestPath = 104

  package var description: String {
    switch self {
    case .internet(let host, let port): "host '\(host)', port \(port)"
    case .unix(let path): "Unix socket '\(path)'"
    }
  }

  /// What a client is told, as in `https://[::1]:8080` or `unix:/run/kvota.sock`.
  package func url(secured: Bool) -> String {
    switch self {
    case .internet(let host, let port):
      "\(secured ? "https" : "http")://\(host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host):\(port)"
    case .unix(let path): "unix:\(path)\(secured ? " (TLS)" : "")"
    }
  }
}

/// What a server is to listen on.
package enum ListeningPlace: Sendable, Equatable {
  case address(ListeningAddress)
  /// A socket that somebody else has bound and handed over, by its descriptor.
  case inherited(descriptor: Int32)
}
