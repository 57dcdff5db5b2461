import HTTP

/// A connection under TLS.
struct TLSStream: ByteStream {
  /// A record holds no more (RFC 8446 section 5.1).
  private static let recordBytes = 1 << 14

  private let socket: PolledSocket
  private let session: TLSSession

  init(_ session: TLSSession, over socket: PolledSocket) {
    self.session = session
    self.socket = socket
  }

  /// Reads; the first time this waits for the handshake too, within the same deadline.
  func read(atMost limit: Int, until deadline: ContinuousClock.Instant?) async throws -> StreamInput {
    while true {
      switch session.read(atMost: min(limit, Self.recordBytes)) {
      case .done(let bytes):
        // Who sends without pause is not to keep the others waiting.
        await Task.yield()
        return .bytes(bytes)
      case .endOfInput: return .endOfInput
      case .plainHTTP:
        throw HTTPError(400, "plain HTTP was sent to a port of HTTPS; use https:// in the address")
      case .failed(let reason): throw TransportError.notSecured(reason: reason)
      case .wait(let event):
        // Messages that carry no data of HTTP could come for ever without a wait that is long enough to time out.
        if let deadline, deadline <= .now { return .timedOut }
        guard try await socket.isReady(for: event, by: deadline) else { return .timedOut }
      }
    }
  }

  func write(_ bytes: [UInt8], stallTime: Duration) async throws {
    if session.isPlainHTTP { return try await socket.write(bytes, stallTime: stallTime) }
    var rest = bytes[...]
    // A record that is left half sent makes all that would follow unreadable.
    defer { if !rest.isEmpty { session.abandon() } }
    while !rest.isEmpty {
      switch session.write(rest) {
      case .done(let count): rest = rest.dropFirst(count)
      case .wait(let event):
        guard try await socket.isReady(for: event, by: .now + stallTime) else {
          throw TransportError.writeStalled
        }
      case .endOfInput, .plainHTTP, .failed: throw TransportError.clientGone
      }
    }
  }

  /// Asked only after the end of input, which under TLS ends the connection: half of one has no use for HTTP's clients.
  func sendAtOnce(_ byte: UInt8) throws -> Bool { throw TransportError.clientGone }

  var isBroken: Bool { socket.isBroken }

  func close(lingeringFor time: Duration, atMost limit: Int) async {
    session.close()
    await socket.close(lingeringFor: time, atMost: limit)
  }
}
