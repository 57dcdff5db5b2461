/// Reads the answer to one HTTP/1.1 request: bytes go in as they come, the body's bytes come out.
///
/// For our own programs and servers that mean well: what is malformed ends the reading, without a reason.
struct ResponseReader {
  struct Malformed: Error, CustomStringConvertible {
    var description: String { "the answer is not HTTP" }
  }

  private enum State {
    case statusLine, headers
    case body(remaining: Int)
    case bodyUntilEnd
    case chunkSize, chunkEnd, trailers
    case chunk(remaining: Int)
    case end
  }

  private(set) var status = 0
  private var state = State.statusLine
  private var isChunked = false
  private var length: Int?
  private var line: [UInt8] = []

  /// Whether all of the body has come; one without a length ends with the connection.
  var isComplete: Bool { if case .end = state { true } else { false } }

  /// Whether the connection may end now.
  var mayEnd: Bool { if case .bodyUntilEnd = state { true } else { isComplete } }

  /// Takes bytes of the connection and returns those of the body among them.
  mutating func receive(_ bytes: [UInt8]) throws(Malformed) -> [UInt8] {
    var body: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty, !isComplete {
      switch state {
      case .bodyUntilEnd:
        body += rest
        rest = []
      case .body(let remaining), .chunk(let remaining):
        let part = rest.prefix(remaining)
        body += part
        rest = rest.dropFirst(part.count)
        advance(to: remaining - part.count)
      default:
        guard let end = rest.firstIndex(of: 10) else {
          line += rest
          return body
        }
        line += rest[..<end]
        rest = rest[(end + 1)...]
        if line.last == 13 { line.removeLast() }
        try take(String(decoding: line, as: UTF8.self))
        line = []
      }
    }
    return body
  }

  private mutating func advance(to remaining: Int) {
    if case .chunk = state {
      state = remaining == 0 ? .chunkEnd : .chunk(remaining: remaining)
    } else {
      state = remaining == 0 ? .end : .body(remaining: remaining)
    }
  }

  private mutating func take(_ line: String) throws(Malformed) {
    switch state {
    case .statusLine:
      let words = line.split(separator: " ")
      guard words.count > 1, line.hasPrefix("HTTP/1."), let status = Int(words[1]) else { throw Malformed() }
      self.status = status
      state = .headers
    case .headers where line.isEmpty: state = bodyState
    case .headers: takeHeader(line.lowercased())
    case .chunkSize:
      guard let size = Int(line.prefix { $0 != ";" && $0 != " " }, radix: 16) else { throw Malformed() }
      state = size == 0 ? .trailers : .chunk(remaining: size)
    case .chunkEnd: state = .chunkSize
    case .trailers: if line.isEmpty { state = .end }
    case .body, .bodyUntilEnd, .chunk, .end: break
    }
  }

  private var bodyState: State {
    if isChunked { return .chunkSize }
    guard let length else { return .bodyUntilEnd }
    return length == 0 ? .end : .body(remaining: length)
  }

  private mutating func takeHeader(_ line: String) {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { return }
    let value = parts[1].drop { $0 == " " }
    if parts[0] == "transfer-encoding" { isChunked = value == "chunked" }
    if parts[0] == "content-length" { length = Int(value) }
  }
}
