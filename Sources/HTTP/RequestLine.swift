/// The first line of a request: method, target and version, one space between them.
struct RequestLine: Sendable {
  let method: String
  let target: RequestTarget
  let version: HTTPVersion

  /// Parses a line without its CRLF (RFC 9112 section 3).
  init(_ line: ArraySlice<UInt8>) throws(HTTPError) {
    guard let first = line.firstIndex(of: space), let last = line.lastIndex(of: space),
      line.startIndex < first, first + 1 < last, last + 1 < line.endIndex,
      !line[(first + 1)..<last].contains(space)
    else {
      throw .malformed("the request line must be 'METHOD target HTTP/1.1' with one space between the parts")
    }
    guard line[..<first].allSatisfy(\.isTokenCharacter) else {
      throw .malformed("the method is not a token")
    }
    method = line[..<first].text
    version = try Self.version(line[(last + 1)...])
    guard method != "CONNECT" else {
      throw HTTPError(501, "this server is no proxy: CONNECT is not implemented")
    }
    target = try RequestTarget(line[(first + 1)..<last], method: method)
  }

  private static let http11 = Array("HTTP/1.1".utf8)[...]
  private static let http10 = Array("HTTP/1.0".utf8)[...]

  private static func version(_ bytes: ArraySlice<UInt8>) throws(HTTPError) -> HTTPVersion {
    if bytes == http11 { return .http11 }
    if bytes == http10 { return .http10 }
    let digits = Array(bytes.dropFirst(5))
    let isVersion =
      bytes.starts(with: "HTTP/".utf8) && digits.count == 3
      && digits[0].isDigit && digits[1] == UInt8(ascii: ".") && digits[2].isDigit
    guard isVersion else { throw .malformed("the request line does not end with an HTTP version") }
    throw HTTPError(505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
  }
}
