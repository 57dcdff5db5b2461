import HTTP

/// Which web pages a browser lets call the server: the CORS protocol of the Fetch standard, without credentials.
package enum CrossOrigin: Sendable, Equatable {
  /// No page of another origin.
  case none
  case any
  /// Origins as browsers write them, such as `https://chat.example`.
  case listed([String])

  /// What the settings say.
  init(_ texts: SettingTexts) throws(SettingsError) {
    guard let (text, origin) = texts.text(.corsOrigins) else {
      self = .none
      return
    }
    do throws(SettingsError) { self = try CrossOrigin(text) } catch {
      throw SettingsError("\(origin): \(error)")
    }
  }

  /// Reads origins separated by commas or spaces, or `*` alone.
  ///
  /// Throws `SettingsError` for what no browser could send.
  init(_ text: String) throws(SettingsError) {
    let origins = text.split { $0 == "," || $0 == " " }.map(String.init)
    if origins == ["*"] {
      self = .any
      return
    }
    guard !origins.isEmpty else { throw SettingsError("no origin; expected such as https://chat.example") }
    for origin in origins where !Self.isOrigin(origin) {
      throw SettingsError(
        "'\(origin)' is no origin; expected a scheme and a host, and a port if it is not the scheme's, in small letters and without a path: https://chat.example, http://localhost:3000"
      )
    }
    self = .listed(origins)
  }

  /// Whether a scheme, a host and perhaps a port stand there and nothing else.
  private static func isOrigin(_ text: String) -> Bool {
    text.wholeMatch(of: /[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?/) != nil
  }

  /// The answer to a browser that asks before it sends a page's request; nil if this is none, or not from a page that may.
  func preflight(_ head: RequestHead) -> HTTPResponse? {
    guard head.method == "OPTIONS", head.headers["access-control-request-method"] != nil,
      allowed(head) != nil
    else { return nil }
    return HTTPResponse(
      status: 204,
      headers: [
        "Access-Control-Allow-Methods": "GET, POST, DELETE",
        // A star stands for all fields but this one.
        "Access-Control-Allow-Headers": "authorization, *", "Access-Control-Max-Age": "600",
      ])
  }

  /// The fields that every answer to a request carries for the browser.
  func fields(_ head: RequestHead) -> [(String, String)] {
    // Caches must not give one page's answer to another.
    let vary: [(String, String)] = if case .listed = self { [("vary", "origin")] } else { [] }
    guard let allowed = allowed(head) else { return vary }
    return vary + [
      ("access-control-allow-origin", allowed),
      ("access-control-expose-headers", "x-request-id, x-kvota-ignored, retry-after"),
    ]
  }

  /// Whether pages of this origin may call the server.
  func lists(_ origin: String) -> Bool {
    switch self {
    case .none: false
    case .any: true
    case .listed(let origins): origins.contains(origin)
    }
  }

  /// Whether an origin with this host, and port if it has one, is listed.
  func listsHost(_ host: String) -> Bool {
    guard case .listed(let origins) = self else { return self == .any }
    return origins.contains { ForeignPages.authority($0) == host }
  }

  /// What the page of a request is told that it may be, or nil.
  private func allowed(_ head: RequestHead) -> String? {
    guard let origin = head.headers["origin"] else { return nil }
    return lists(origin) ? (self == .any ? "*" : origin) : nil
  }
}
