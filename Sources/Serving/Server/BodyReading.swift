import Dispatch
import HTTP
import Synchronization

/// Where large bodies are read and compressed: one at a time, on a thread of its own.
///
/// Swift's shared threads are as many as the processors, and probes, streams and new connections need them. To parse
/// megabytes and cut them into tokens takes seconds: done there, two such bodies would silence the server. And what is
/// decompressed is in memory for one body at a time.
final class BodyReading: Sendable {
  private let queue = DispatchQueue(label: "kvota-bodies")

  /// Bodies up to this size are read where they are: to parse them takes a millisecond, and nothing large delays it.
  static let largestInPlace = HTTPLimits.smallBodyBytes

  /// Runs `work`, which reads or compresses a body of `bytes` bytes.
  ///
  /// A cancelled caller goes on at once; what it waited for is skipped if it has not begun.
  func read<Value: Sendable>(
    bytes: Int, _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    guard bytes > Self.largestInPlace else { return try work() }
    // The queue may be quicker than the news of a cancellation that has happened already.
    try Task.checkCancellation()
    let (results, report) = AsyncThrowingStream.makeStream(of: Value.self)
    let isAbandoned = Flag()
    report.onTermination = { _ in isAbandoned.set() }
    queue.async {
      if !isAbandoned.isSet { report.yield(with: Result(catching: work)) }
    }
    for try await value in results { return value }
    throw CancellationError()
  }

  private final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
  }
}
