import Inference
import OpenAIAPI
import Synchronization

/// What requests have been like since the start: seconds, ends and refusals.
final class Metrics: Sendable {
  /// One moment's numbers.
  struct Snapshot: Sendable {
    // vLLM's buckets, so that both kinds of servers can stand in one heat map, and shorter ones where small models need them.
    private static let firstTokenBounds = [
      0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160,
      640,
      2560,
    ]
    private static let tokenBounds = [
      0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
      20, 40, 80,
    ]
    private static let requestBounds = [
      0.05, 0.1, 0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
    ]
    private static let countBounds: [Double] = [
      1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000,
    ]

    var timeToFirstToken = Histogram(firstTokenBounds)
    var interTokenLatency = Histogram(tokenBounds)
    var endToEnd = Histogram(requestBounds)
    var queue = Histogram(requestBounds)
    var prefill = Histogram(requestBounds)
    var decode = Histogram(requestBounds)
    /// Prefill and decode together.
    var inference = Histogram(requestBounds)
    var promptTokens = Histogram(countBounds)
    var generatedTokens = Histogram(countBounds)
    /// Sequences by why they ended: `stop`, `length`, or `abort` if the client went away.
    var finished = ["stop": 0, "length": 0, "abort": 0]
    /// Requests by the code of their refusal.
    ///
    /// Those that one watches for are there before the first, since a rate begins at a zero.
    var rejected = [
      "rate_limit_exceeded": 0, "service_unavailable": 0, "invalid_api_key": 0, "kv_cache_too_large": 0,
    ]
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
      snapshot.inference.record(usage.prefillSeconds + usage.decodeSeconds)
      snapshot.promptTokens.record(Double(usage.promptTokens))
      snapshot.generatedTokens.record(Double(usage.generatedTokens))
    }
  }

  func aborted() { metrics.update { $0.finished["abort", default: 0] += 1 } }
}
