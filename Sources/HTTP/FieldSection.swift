/// Header fields as they come in, line by line, within their limits.
///
/// Serves the header section and, once more, the trailers after a chunked body.
struct FieldSection: Sendable {
  private(set) var headers = HTTPHeaders()
  private var usedBytes = 0

  /// The longest line that may follow.
  func nextLineLimit(_ limits: HTTPLimits) -> Int {
    min(limits.headerFieldBytes, limits.headerSectionBytes - usedBytes)
  }

  /// Takes one field line without its CRLF (RFC 9112 section 5).
  mutating func add(_ line: ArraySlice<UInt8>, limits: HTTPLimits) throws(HTTPError) {
    usedBytes += line.count
    guard headers.fields.count < limits.headerFieldCount else {
      throw HTTPError(431, "more than \(limits.headerFieldCount) header fields")
    }
    // A line that begins with a blank would continue the one before (obs-fold); its name is no token.
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(\.isTokenCharacter)
    else { throw .malformed("a header field must be 'Name: value', no blank before the name or the colon") }
    let value = line[(colon + 1)...].trimmingBlanks
    guard value.allSatisfy(\.isFieldValueCharacter) else {
      throw .malformed("the header field '\(line[..<colon].text)' holds a control character")
    }
    headers.append(line[..<colon].text, value.text)
  }

  /// Takes one field line after a chunked body.
  ///
  /// What says how a message is framed, routed or allowed must be known before the body: behind it, it can only
  /// be meant for a server that merges trailers into the header section (RFC 9110 section 6.5.1).
  mutating func addTrailer(_ line: ArraySlice<UInt8>, limits: HTTPLimits) throws(HTTPError) {
    try add(line, limits: limits)
    guard let name = headers.fields.last?.name, Self.headerOnlyNames.contains(name.lowercased()) else {
      return
    }
    throw .malformed("the field '\(name)' must not stand behind a body")
  }

  private static let headerOnlyNames: Set = [
    "authorization", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
    "te", "trailer", "transfer-encoding",
  ]
}
