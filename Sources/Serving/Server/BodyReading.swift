import Dispatch
import Synchronization

/// Where large bodies are read: one at a time, on a thread of its own.
///
/// Swift's shared threads are as many as the processors, and probes, streams and new connections need them. To parse
/// megabytes and cut them into tokens takes seconds: done there, two such bodies would silence the server.
final class BodyReading: Sendable {
  private let queue = DispatchQueue(label: "kvota-bodies")

  /// Bodies up to this size are read where they are: that takes some milliseconds, and nothing large delays it.
  private static let largestInPlace = 1 << 15

  /// Runs `work`, which reads a body of `bytes` bytes; skipped if nobody waits for it by the time it is its turn.
  func read<Value: Sendable>(
    bytes: Int, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    guard bytes > Self.largestInPlace else { return try work() }
    let isAbandoned = Flag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async {
          continuation.resume(
            with: Result {
              if isAbandoned.isSet { throw CancellationError() }
              return try work()
            })
        }
      }
    } onCancel: {
      isAbandoned.set()
    }
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }
}
