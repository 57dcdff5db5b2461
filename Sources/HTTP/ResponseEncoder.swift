/// Turns responses to one request into bytes.
///
/// Knows what the request allows: HEAD gets no body, HTTP/1.0 gets a stream that ends with the
/// connection, HTTP/1.1 gets it in chunks.
package struct ResponseEncoder: Sendable {
  /// The bytes that let a client go on after `Expect: 100-continue`.
  package static let continueResponse = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// The bytes that each response begins with; they may be sent before it is known.
  package static let opening = Array("HTTP/1.1 ".utf8)

  private let omitsBody: Bool
  private let version: HTTPVersion
  private let clientKeepsAlive: Bool

  /// An encoder of the answer to a request, or to an error before there was one.
  package init(for head: RequestHead?) {
    omitsBody = head?.method == "HEAD"
    version = head?.version ?? .http11
    clientKeepsAlive = head?.keepsAlive ?? false
  }

  /// Whether the connection can stay open after the response.
  ///
  /// Not after one that is streamed to HTTP/1.0, which sees the end of such a body by the close.
  package func keepsAlive(streaming: Bool) -> Bool {
    clientKeepsAlive && !(streaming && version == .http10 && !omitsBody)
  }

  /// A whole response.
  package func encode(_ response: HTTPResponse, date: String, keepAlive: Bool) -> [UInt8] {
    let hasNoBody = response.status == 204 || response.status == 304
    let length = hasNoBody ? nil : ("Content-Length", String(response.body.count))
    var bytes = encodeHead(response.status, response.headers, length, date: date, keepAlive: keepAlive)
    if !omitsBody && !hasNoBody { bytes += response.body }
    return bytes
  }

  /// The head of a response whose body follows in pieces.
  package func encodeStreamHead(
    status: Int, headers: HTTPHeaders, date: String, keepAlive: Bool
  ) -> [UInt8] {
    let framing = version == .http11 ? ("Transfer-Encoding", "chunked") : nil
    return encodeHead(status, headers, framing, date: date, keepAlive: keepAlive)
  }

  /// One piece of a streamed body; an empty one is no bytes, as an empty chunk would end the stream.
  package func encodeStreamPiece(_ bytes: [UInt8]) -> [UInt8] {
    if omitsBody || bytes.isEmpty { return [] }
    guard version == .http11 else { return bytes }
    var chunk = Array("\(String(bytes.count, radix: 16))\r\n".utf8)
    chunk.reserveCapacity(chunk.count + bytes.count + 2)
    chunk += bytes
    chunk += [carriageReturn, lineFeed]
    return chunk
  }

  /// The end of a streamed body.
  package var streamEnd: [UInt8] { omitsBody || version == .http10 ? [] : Array("0\r\n\r\n".utf8) }

  private func encodeHead(
    _ status: Int, _ headers: HTTPHeaders, _ framing: (String, String)?, date: String, keepAlive: Bool
  ) -> [UInt8] {
    var bytes = Self.opening
    bytes.reserveCapacity(512)
    bytes += String(status).utf8
    bytes.append(space)
    bytes += reasonPhrase(of: status).utf8
    bytes += [carriageReturn, lineFeed]
    for field in headers.fields { Self.append(field.name, field.value, to: &bytes) }
    if let (name, value) = framing { Self.append(name, value, to: &bytes) }
    Self.append("Date", date, to: &bytes)
    Self.append("Connection", keepAlive ? "keep-alive" : "close", to: &bytes)
    bytes += [carriageReturn, lineFeed]
    return bytes
  }

  /// A value may quote a request's JSON, whose strings can hold line ends: they must not become fields.
  private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    bytes += name.utf8
    bytes.append(UInt8(ascii: ":"))
    bytes.append(space)
    let start = bytes.count
    bytes += value.utf8
    if !bytes[start...].allSatisfy(\.isFieldValueCharacter) {
      for index in start..<bytes.count where !bytes[index].isFieldValueCharacter { bytes[index] = space }
    }
    bytes.append(carriageReturn)
    bytes.append(lineFeed)
  }
}
