/// How the end of a request's body is found.
package enum BodyFraming: Equatable, Sendable {
  case none
  case fixed(Int)
  case chunked

  /// Decides from the header fields, strictly (RFC 9112 section 6).
  ///
  /// Whatever two implementations could read in two ways is refused: that is what request smuggling
  /// needs. A declared length over the limit is refused here, before a byte of the body is read.
  init(headers: HTTPHeaders, version: HTTPVersion, limits: HTTPLimits) throws(HTTPError) {
    let encodings = headers.values(of: "transfer-encoding")
    let lengths = headers.values(of: "content-length")
    guard encodings.isEmpty else {
      guard lengths.isEmpty else {
        throw .malformed("Content-Length and Transfer-Encoding exclude each other")
      }
      guard version == .http11 else { throw .malformed("HTTP/1.0 has no Transfer-Encoding") }
      guard encodings.count == 1, encodings[0].equalsIgnoringCase("chunked") else {
        throw .malformed("the only Transfer-Encoding accepted is a single 'chunked'")
      }
      self = .chunked
      return
    }
    guard let length = lengths.first else {
      self = .none
      return
    }
    guard lengths.allSatisfy({ $0 == length }) else { throw .malformed("two Content-Length fields differ") }
    let bytes = try Self.parseLength(length, limit: limits.bodyBytes)
    self = bytes == 0 ? .none : .fixed(bytes)
  }

  private static func parseLength(_ text: String, limit: Int) throws(HTTPError) -> Int {
    guard (1...19).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else {
      throw .malformed("Content-Length must be 1 to 19 digits")
    }
    // 19 digits may exceed Int, which is then too large in any case.
    guard let bytes = Int(text), bytes <= limit else { throw tooLarge(limit) }
    return bytes
  }

  static func tooLarge(_ limit: Int) -> HTTPError {
    HTTPError(413, "the body exceeds the limit of \(limit) bytes")
  }
}
