/// One event of a `text/event-stream`.
///
/// There is no way to give it an `id:`: with pings in between that breaks clients. WHATWG HTML,
/// section 9.2.
package enum ServerSentEvent: Equatable, Sendable {
  case data([UInt8])
  /// A line that clients skip; keeps connections alive.
  case comment(String)

  /// The event that closes an OpenAI stream.
  package static let done = ServerSentEvent.data(Array("[DONE]".utf8))

  /// The bytes of the event and the empty line after it; each line of the content gets its own field.
  package var encoded: [UInt8] {
    switch self {
    case .data(let bytes): Self.encode(bytes, prefix: "data: ")
    case .comment(let text): Self.encode(Array(text.utf8), prefix: ": ")
    }
  }

  private static func encode(_ content: [UInt8], prefix: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(content.count + 10)
    var rest = content[...]
    while true {
      let line = rest.prefix { $0 != lineFeed && $0 != carriageReturn }
      bytes += prefix.utf8
      bytes += line
      bytes.append(lineFeed)
      rest = rest.dropFirst(line.count)
      guard let end = rest.popFirst() else { break }
      if end == carriageReturn && rest.first == lineFeed { rest.removeFirst() }
    }
    bytes.append(lineFeed)
    return bytes
  }
}
