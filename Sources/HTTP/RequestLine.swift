/// The first line of a request: method, target and version, one space between them.
struct RequestLine: Sendable {
  let method: String
  let target: RequestTarget
  let version: HTTPVersion

  /// Parses a line without its CRLF (RFC 9112 section 3).
  init(_ line: [UInt8]) throws(HTTPError) {
    let parts = line.split(separator: space, omittingEmptySubsequences: false)
    guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
      throw .malformed("the request line must be 'METHOD target HTTP/1.1' with one space between the parts")
    }
    guard parts[0].allSatisfy(\.isTokenCharacter) else {
      throw .malformed("the method is not a token")
    }
    method = parts[0].text
    version = try Self.version(parts[2])
    guard method != "CONNECT" else {
      throw HTTPError(501, "this server is no proxy: CONNECT is not implemented")
    }
    target = try RequestTarget(parts[1], method: method)
  }

  private static func version(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> HTTPVersion {
    switch bytes.text {
    case "HTTP/1.1": return .http11
    case "HTTP/1.0": return .http10
    default:
      let digits = Array(bytes.dropFirst(5))
      let isVersion =
        bytes.starts(with: "HTTP/".utf8) && digits.count == 3
        && digits[0].isDigit && digits[1] == UInt8(ascii: ".") && digits[2].isDigit
      guard isVersion else { throw .malformed("the request line does not end with an HTTP version") }
      throw HTTPError(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    }
  }
}
