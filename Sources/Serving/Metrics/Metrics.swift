import Inference
import OpenAIAPI
import Synchronization

/// What requests have been like since the start: seconds, ends and refusals.
final class Metrics: Sendable {
  /// One moment's numbers.
  struct Snapshot: Sendable {
    private static let tokenBounds = [
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, 20, 40, 80, 160,
    ]
    private static let requestBounds = [
      0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960,
    ]

    var timeToFirstToken = Histogram(tokenBounds)
    var interTokenLatency = Histogram(tokenBounds)
    var endToEnd = Histogram(requestBounds)
    var queue = Histogram(requestBounds)
    var prefill = Histogram(requestBounds)
    var decode = Histogram(requestBounds)
    /// Sequences by why they ended: `stop`, `length`, or `abort` if the client went away.
    var finished = ["stop": 0, "length": 0, "abort": 0]
    /// Requests by the code of their refusal.
    var rejected: [String: Int] = [:]
  }

  private let state = Mutex(Snapshot())

  var snapshot: Snapshot { state.withLock { $0 } }

  func update(_ change: (inout Snapshot) -> Void) { state.withLock { change(&$0) } }
}

/// Takes the times of one sequence's tokens.
struct TokenClock {
  private let metrics: Metrics
  private let start = ContinuousClock.now
  private var lastToken: ContinuousClock.Instant?

  init(_ metrics: Metrics) { self.metrics = metrics }

  mutating func token() {
    let now = ContinuousClock.now
    metrics.update { snapshot in
      if let lastToken {
        snapshot.interTokenLatency.record((now - lastToken) / .seconds(1))
      } else {
        snapshot.timeToFirstToken.record((now - start) / .seconds(1))
      }
    }
    lastToken = now
  }

  func finished(_ reason: OpenAIAPI.FinishReason, _ usage: SequenceUsage) {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    metrics.update { snapshot in
      snapshot.finished[reason.rawValue, default: 0] += 1
      snapshot.endToEnd.record(seconds)
      snapshot.queue.record(usage.queueSeconds)
      snapshot.prefill.record(usage.prefillSeconds)
      snapshot.decode.record(usage.decodeSeconds)
    }
  }

  func aborted() { metrics.update { $0.finished["abort", default: 0] += 1 } }
}
