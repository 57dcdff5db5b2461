import HTTP
import Synchronization

/// The bytes that every response begins with, whatever it will say: `HTTP/1.1 `.
///
/// One of them sent ahead tells whether a client that has ended its input is still there (decision 0015). The lock
/// keeps it from falling in among the bytes of the response, which another task sends.
final class ResponseOpening: Sendable {
  private struct State {
    var sentBytes = 0
    var hasBegun = false
  }

  private let state = Mutex(State())

  /// Sends the next of these bytes, unless the response has begun or there is none left; throws if the client is gone.
  func probe(_ stream: any ByteStream) throws {
    try state.withLock { state in
      guard !state.hasBegun, state.sentBytes < ResponseEncoder.opening.count else { return }
      if try stream.sendAtOnce(ResponseEncoder.opening[state.sentBytes]) { state.sentBytes += 1 }
    }
  }

  /// Notes that the response begins; returns how many of its bytes the client has already.
  func begin() -> Int {
    state.withLock { state in
      state.hasBegun = true
      return state.sentBytes
    }
  }
}
