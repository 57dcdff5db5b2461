import FoundationEssentials
package import HTTP
import Synchronization

/// Sends the one response to a request, whole or as a stream.
///
/// Nothing is queued here: each call returns when the kernel has taken the bytes, so a slow client slows
/// its handler down. Not `Sendable`, because two tasks writing at once would garble the stream.
package final class ResponseWriter {
  /// How far the response is.
  enum Progress {
    case nothingSent
    case streaming
    case complete
    /// Sending failed or was given up, perhaps in the middle of a piece: nothing that follows would be understood.
    case broken
  }

  private(set) var progress = Progress.nothingSent
  /// Whether the response told the client that the connection stays open.
  private(set) var keepsConnection = false

  private let stream: any ByteStream
  private let encoder: ResponseEncoder
  private let opening: ResponseOpening
  private let stallTime: Duration
  private let mayKeepAlive: @Sendable () -> Bool

  init(
    stream: any ByteStream, head: RequestHead?, opening: ResponseOpening, stallTime: Duration,
    mayKeepAlive: @escaping @Sendable () -> Bool
  ) {
    self.stream = stream
    encoder = ResponseEncoder(for: head)
    self.opening = opening
    self.stallTime = stallTime
    self.mayKeepAlive = mayKeepAlive
  }

  /// Sends a whole response.
  package func send(_ response: HTTPResponse) async throws {
    try expect(.nothingSent, "send after the response began")
    keepsConnection = mayKeepAlive() && encoder.keepsAlive(streaming: false)
    progress = .streaming
    let bytes = encoder.encode(response, date: currentDate(), keepAlive: keepsConnection)
    try await transmit(unsent(of: bytes))
    progress = .complete
  }

  /// Sends the head of a response whose body follows by `write`, and ends with `finish`.
  package func start(status: Int, headers: HTTPHeaders) async throws {
    try expect(.nothingSent, "start after the response began")
    keepsConnection = mayKeepAlive() && encoder.keepsAlive(streaming: true)
    progress = .streaming
    let bytes = encoder.encodeStreamHead(
      status: status, headers: headers, date: currentDate(), keepAlive: keepsConnection)
    try await transmit(unsent(of: bytes))
  }

  /// Sends a piece of the body at once.
  ///
  /// - Parameter bytes: the piece.
  /// - Throws: `clientGone`, `writeStalled` or a cancellation, after each of which the response is lost.
  package func write(_ bytes: [UInt8]) async throws {
    try expect(.streaming, "write without start")
    try await transmit(encoder.encodeStreamPiece(bytes))
  }

  /// Ends the body.
  package func finish() async throws {
    try expect(.streaming, "finish without start")
    try await transmit(encoder.streamEnd)
    progress = .complete
  }

  private func expect(_ expected: Progress, _ otherwise: String) throws {
    guard progress == expected else { throw TransportError.responseOutOfOrder(otherwise) }
  }

  /// What the client does not have yet of a response that begins.
  private func unsent(of bytes: [UInt8]) -> [UInt8] {
    let sentBytes = opening.begin()
    return sentBytes == 0 ? bytes : Array(bytes.dropFirst(sentBytes))
  }

  private func transmit(_ bytes: [UInt8]) async throws {
    do {
      try await stream.write(bytes, stallTime: stallTime)
    } catch {
      progress = .broken
      throw error
    }
  }
}

/// Now, as the `Date` field writes it.
func currentDate() -> String {
  let second = Int(Date().timeIntervalSince1970)
  return latestDate.withLock { latest in
    if latest.second != second { latest = (second, httpDate(unixSeconds: second)) }
    return latest.text
  }
}

/// The text is the same for all responses of a second.
private let latestDate = Mutex((second: -1, text: ""))
