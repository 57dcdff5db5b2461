/// Turns the bytes of a connection into the events of its requests.
///
/// Give it bytes with `receive`, then take events until nil, which asks for more bytes. Each request
/// is `.head`, any number of `.body`, `.end`; bytes behind an end wait for the next request. The first
/// error is final: the parser repeats it for ever. Strict RFC 9112; the time is linear in the bytes
/// however they are split.
package struct RequestParser: Sendable {
  package enum Event: Equatable, Sendable {
    case head(RequestHead)
    case body([UInt8])
    case end
  }

  /// What the next bytes are.
  private enum State {
    case requestLine(emptyLinesBefore: Int)
    case headerFields(RequestLine)
    case fixedBody(remaining: Int)
    case chunkSize
    case chunkData(remaining: Int)
    case chunkEnd
    case trailerFields
    case end
    case failed(HTTPError)
  }

  /// One step's result: an event, another step at once, or a wait for bytes.
  private enum Step {
    case event(Event)
    case proceed
    case needsBytes
  }

  private let limits: HTTPLimits
  private var buffer = ReceiveBuffer()
  private var state = State.requestLine(emptyLinesBefore: 0)
  private var section = FieldSection()
  private var chunkedBytes = 0
  private var chunkExtensionBytes = 0

  package init(limits: HTTPLimits) { self.limits = limits }

  /// How many bytes wait to be parsed.
  package var bufferedBytes: Int { buffer.count }

  /// Takes bytes from the connection; nothing is parsed yet.
  package mutating func receive(_ bytes: [UInt8]) { buffer.append(bytes) }

  /// The next event, or nil when it takes more bytes to know it.
  package mutating func nextEvent() throws(HTTPError) -> Event? {
    do {
      while true {
        switch try step() {
        case .event(let event): return event
        case .proceed: continue
        case .needsBytes: return nil
        }
      }
    } catch {
      state = .failed(error)
      buffer = ReceiveBuffer()
      throw error
    }
  }

  private mutating func step() throws(HTTPError) -> Step {
    switch state {
    case .requestLine(let emptyLines): try parseRequestLine(emptyLinesBefore: emptyLines)
    case .headerFields(let line): try parseHeaderField(of: line)
    case .fixedBody(let remaining): takeFixedBody(remaining)
    case .chunkSize: try parseChunkSize()
    case .chunkData(let remaining): takeChunkData(remaining)
    case .chunkEnd: try parseChunkEnd()
    case .trailerFields: try parseTrailerField()
    case .end: finish()
    case .failed(let error): throw error
    }
  }
}

// MARK: The head
extension RequestParser {
  /// Clients of old sent an empty line after a body, so one before a request is skipped (RFC 9112 section 2.2).
  private static let toleratedEmptyLines = 1

  private mutating func parseRequestLine(emptyLinesBefore: Int) throws(HTTPError) -> Step {
    // What is no HTTP at all, such as a TLS greeting, may never bring a line's end: refuse it at once.
    if let first = buffer.first, !first.isTokenCharacter, first != carriageReturn {
      throw .malformed("this is not an HTTP request")
    }
    let limit = limits.requestLineBytes
    guard
      let line = try takeLine(limit, orFail: HTTPError(414, "the request line exceeds \(limit) bytes"))
    else { return .needsBytes }
    guard line.isEmpty else {
      state = .headerFields(try RequestLine(line))
      section = FieldSection()
      return .proceed
    }
    guard emptyLinesBefore < Self.toleratedEmptyLines else {
      throw .malformed("empty lines instead of a request")
    }
    state = .requestLine(emptyLinesBefore: emptyLinesBefore + 1)
    return .proceed
  }

  private mutating func parseHeaderField(of requestLine: RequestLine) throws(HTTPError) -> Step {
    guard let line = try takeFieldLine() else { return .needsBytes }
    guard line.isEmpty else {
      try section.add(line, limits: limits)
      return .proceed
    }
    let head = try RequestHead(line: requestLine, headers: section.headers, limits: limits)
    switch head.framing {
    case .none: state = .end
    case .fixed(let bytes): state = .fixedBody(remaining: bytes)
    case .chunked:
      chunkedBytes = 0
      chunkExtensionBytes = 0
      state = .chunkSize
    }
    return .event(.head(head))
  }

  private mutating func takeFieldLine() throws(HTTPError) -> ArraySlice<UInt8>? {
    let limits = limits
    return try takeLine(
      section.nextLineLimit(limits),
      orFail: HTTPError(
        431,
        "a header field exceeds \(limits.headerFieldBytes) bytes or all of them \(limits.headerSectionBytes)"
      ))
  }

  private mutating func takeLine(
    _ limit: Int, orFail tooLong: @autoclosure () -> HTTPError
  ) throws(HTTPError) -> ArraySlice<UInt8>? {
    do {
      return try buffer.takeLine(limit: limit)
    } catch {
      switch error {
      case .tooLong: throw tooLong()
      case .bareLineFeed: throw .malformed("lines must end with CR LF")
      }
    }
  }
}

// MARK: The body
extension RequestParser {
  private mutating func takeFixedBody(_ remaining: Int) -> Step {
    guard !buffer.isEmpty else { return .needsBytes }
    let bytes = buffer.take(atMost: remaining)
    state = bytes.count == remaining ? .end : .fixedBody(remaining: remaining - bytes.count)
    return .event(.body(bytes))
  }

  private mutating func parseChunkSize() throws(HTTPError) -> Step {
    let limit = limits.chunkLineBytes
    guard
      let line = try takeLine(
        limit, orFail: .malformed("a chunk's size line exceeds \(limit) bytes"))
    else { return .needsBytes }
    let chunk = try ChunkLine(line)
    chunkExtensionBytes += chunk.extensionBytes
    guard chunkExtensionBytes <= limits.chunkExtensionBytes else {
      throw .malformed("the chunks' extensions exceed \(limits.chunkExtensionBytes) bytes together")
    }
    guard chunk.size > 0 else {
      section = FieldSection()
      state = .trailerFields
      return .proceed
    }
    guard chunk.size <= limits.bodyBytes - chunkedBytes else { throw BodyFraming.tooLarge(limits.bodyBytes) }
    chunkedBytes += chunk.size
    state = .chunkData(remaining: chunk.size)
    return .proceed
  }

  private mutating func takeChunkData(_ remaining: Int) -> Step {
    guard !buffer.isEmpty else { return .needsBytes }
    let bytes = buffer.take(atMost: remaining)
    state = bytes.count == remaining ? .chunkEnd : .chunkData(remaining: remaining - bytes.count)
    return .event(.body(bytes))
  }

  private mutating func parseChunkEnd() throws(HTTPError) -> Step {
    let overlong = HTTPError.malformed("a chunk is longer than its size says")
    guard let line = try takeLine(0, orFail: overlong) else { return .needsBytes }
    guard line.isEmpty else { throw overlong }
    state = .chunkSize
    return .proceed
  }

  /// Trailers are checked like header fields and dropped: nothing here has a use for them.
  private mutating func parseTrailerField() throws(HTTPError) -> Step {
    guard let line = try takeFieldLine() else { return .needsBytes }
    guard line.isEmpty else {
      try section.addTrailer(line, limits: limits)
      return .proceed
    }
    state = .end
    return .proceed
  }

  private mutating func finish() -> Step {
    state = .requestLine(emptyLinesBefore: 0)
    return .event(.end)
  }
}

extension RequestHead {
  /// Checks what must hold of all fields together.
  fileprivate init(line: RequestLine, headers: HTTPHeaders, limits: HTTPLimits) throws(HTTPError) {
    let hosts = headers.values(of: "host")
    guard hosts.count == 1 || (hosts.isEmpty && line.version == .http10) else {
      throw .malformed("a request must have exactly one Host field")
    }
    guard hosts.allSatisfy({ isHost(Array($0.utf8)[...]) }) else {
      throw .malformed("the Host field must be a host name or IP address, and perhaps a port")
    }
    let framing = try BodyFraming(headers: headers, version: line.version, limits: limits)
    guard headers.values(of: "expect").allSatisfy({ $0.equalsIgnoringCase("100-continue") }) else {
      throw HTTPError(417, "the only expectation that can be met is 100-continue")
    }
    self.init(
      method: line.method, target: line.target, version: line.version, headers: headers, framing: framing)
  }
}
