import HTTP
import Synchronization
import Testing

@testable import Transport

/// A peer that takes so many writes, and none after them.
private final class FullStream: ByteStream {
  private let left: Atomic<Int>

  init(writes: Int) { left = Atomic(writes) }

  func read(atMost limit: Int, until deadline: ContinuousClock.Instant?) async throws -> StreamInput {
    .endOfInput
  }
  func write(_ bytes: [UInt8], stallTime: Duration) async throws {
    guard left.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 else { throw CancellationError() }
  }
  func sendAtOnce(_ byte: UInt8) throws -> Bool { true }
  var isBroken: Bool { false }
  func close(lingeringFor time: Duration, atMost limit: Int) async {}
}

@Suite struct ResponseWriterTests {
  @Test(
    "after a piece that was not sent whole nothing is sent, for it would be taken for the rest of that piece")
  func broken() async throws {
    let writer = ResponseWriter(
      stream: FullStream(writes: 2), head: nil, opening: ResponseOpening(), stallTime: .seconds(1),
      mayKeepAlive: { true })
    try await writer.start(status: 200, headers: [:])
    try await writer.write([1])
    await #expect(throws: CancellationError.self) { try await writer.write([2]) }
    await #expect(throws: TransportError.self) { try await writer.write([3]) }
    await #expect(throws: TransportError.self) { try await writer.finish() }
    #expect(writer.progress != .complete)
  }
}
