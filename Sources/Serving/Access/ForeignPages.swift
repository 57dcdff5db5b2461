import HTTP
import OpenAIAPI

/// Keeps the web pages of others from a server without keys: a browser sends what a page wants sent from wherever it stands, also to
/// servers that only this machine reaches.
///
/// With keys this is not needed: no page has one. What browsers say of a page (`Origin`, `Host`) no page can change; other programs can
/// reach the server as they are, and are asked nothing.
struct ForeignPages: Sendable {
  let crossOrigin: CrossOrigin
  /// Whether only this machine reaches the server.
  ///
  /// A page can then make its own name mean this machine (DNS rebinding): for the browser
  /// the server is where the page came from, and the page may read all answers.
  let isLoopback: Bool

  /// Why a request is not answered, or nil.
  func refusal(_ head: RequestHead) -> APIError? {
    guard crossOrigin != .any else { return nil }
    let host = head.headers["host"]?.lowercased() ?? ""
    if let origin = head.headers["origin"], !crossOrigin.lists(origin), !Self.isOwn(origin, host) {
      return .foreignPage(origin)
    }
    guard isLoopback, !host.isEmpty, !Self.isOfThisMachine(host), !crossOrigin.listsHost(host) else {
      return nil
    }
    return .foreignName(host)
  }

  /// Whether a page of this origin came from this host; proxies may name the port that browsers leave out.
  private static func isOwn(_ origin: String, _ host: String) -> Bool {
    guard let authority = authority(origin) else { return false }
    return host == authority || host == authority + (origin.hasPrefix("https:") ? ":443" : ":80")
  }

  /// Host and port of an origin as browsers write it; nil for one that has none, such as `null`.
  static func authority(_ origin: String) -> String? {
    guard let scheme = origin.firstRange(of: "://") else { return nil }
    return origin[scheme.upperBound...].lowercased()
  }

  /// Whether a Host field holds a name that no name server is asked for: an address, or localhost (RFC 6761, section 6.3).
  private static func isOfThisMachine(_ host: String) -> Bool {
    if host.hasPrefix("[") { return true }
    let name = host.prefix { $0 != ":" }
    return name == "localhost" || name.hasSuffix(".localhost") || isAddress(name)
  }

  /// Whether it is an IPv4 address, in the one form in which browsers write them.
  private static func isAddress(_ name: Substring) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
  }
}

extension APIError {
  fileprivate static func foreignPage(_ origin: String) -> APIError {
    APIError(
      status: 403,
      message:
        "web pages of '\(origin.prefix(200))' may not call this server, which has no API keys; start it with"
        + " --cors-origins \(origin.prefix(200)), or with --api-key-file",
      type: "invalid_request_error", code: "origin_not_allowed")
  }

  fileprivate static func foreignName(_ host: String) -> APIError {
    APIError(
      status: 403,
      message:
        "this server has no API keys and is for this machine alone, but was asked as '\(host.prefix(200))', which may be a web"
        + " page's doing; ask 127.0.0.1 or localhost, or start it with --cors-origins http://\(host.prefix(200)), or with --api-key-file",
      type: "invalid_request_error", code: "host_not_allowed")
  }
}
