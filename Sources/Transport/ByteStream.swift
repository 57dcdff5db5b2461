/// The bytes of one connection, whatever they travel over.
///
/// One task may read while another writes.
protocol ByteStream: Sendable {
  /// Reads what is there, or waits for it until the deadline (for ever without one).
  func read(atMost limit: Int, until deadline: ContinuousClock.Instant?) async throws -> StreamInput

  /// Writes all bytes; throws `writeStalled` when the peer takes none for `stallTime`.
  ///
  /// Cancellation counts only when it would have to wait, so a cancelled handler can still say goodbye.
  func write(_ bytes: [UInt8], stallTime: Duration) async throws

  /// Sends one byte if that is possible now; false if it is not, throws if the peer is gone, or lost with its input.
  func sendAtOnce(_ byte: UInt8) throws -> Bool

  /// Whether the connection is reset or given up by the kernel; the end of input alone is neither.
  var isBroken: Bool { get }

  /// Closes; a peer that may still be sending gets time to read the last response first.
  func close(lingeringFor time: Duration, atMost limit: Int) async
}

/// What reading brought.
enum StreamInput: Sendable {
  case bytes([UInt8])
  case endOfInput
  case timedOut
}
