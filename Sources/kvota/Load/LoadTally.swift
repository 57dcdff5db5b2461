import Foundation

/// What a server must keep to for a request to count as good.
struct LatencyLimits: Encodable {
  let timeToFirstTokenMilliseconds: Double
  /// On average over the request.
  let interTokenMilliseconds: Double

  func areMet(by outcome: RequestOutcome) -> Bool {
    guard outcome.ending == .done, let first = outcome.timeToFirstToken else { return false }
    return first * 1e3 <= timeToFirstTokenMilliseconds
      && (outcome.meanGap ?? 0) * 1e3 <= interTokenMilliseconds
  }
}

/// Adds up what clients saw of one server, over all rounds.
struct LoadTally {
  let limits: LatencyLimits
  private var done = 0
  private var left = 0
  private var failures: [String: Int] = [:]
  private var firstToken = Latencies()
  private var interToken = Latencies()
  private var endToEnd = Latencies()
  private var outputRates: [Double] = []
  private var promptRates: [Double] = []
  private var goodRates: [Double] = []
  private var mostWaiting = 0
  private var peakBytes = 0
  private var clientShares: [Double] = []

  init(limits: LatencyLimits) { self.limits = limits }

  /// Adds a round: its outcomes, the server's peak memory, and the processor time that the clients took, in seconds.
  mutating func add(_ outcomes: [RequestOutcome], peakBytes: Int?, clientSeconds: Double) {
    for outcome in outcomes { add(outcome) }
    self.peakBytes = max(self.peakBytes, peakBytes ?? 0)
    mostWaiting = max(mostWaiting, Self.mostWaiting(outcomes))
    guard let start = outcomes.map(\.sent).min(), let end = outcomes.map(\.ended).max(), end > start else {
      return
    }
    let seconds = start.duration(to: end) / .seconds(1)
    outputRates.append(Double(outcomes.reduce(0) { $0 + $1.outputTokens }) / seconds)
    promptRates.append(Double(outcomes.reduce(0) { $0 + $1.promptTokens }) / seconds)
    goodRates.append(Double(outcomes.count { limits.areMet(by: $0) }) / seconds)
    clientShares.append(clientSeconds / seconds)
  }

  private mutating func add(_ outcome: RequestOutcome) {
    switch outcome.ending {
    case .done:
      done += 1
      endToEnd.record(seconds: outcome.seconds)
    case .left: left += 1
    case .failed(let reason): failures[reason, default: 0] += 1
    }
    if let first = outcome.timeToFirstToken { firstToken.record(seconds: first) }
    for gap in outcome.gaps { interToken.record(seconds: gap) }
  }

  /// The most requests at a moment that had been sent and had no text yet.
  static func mostWaiting(_ outcomes: [RequestOutcome]) -> Int {
    let changes = outcomes.flatMap { [($0.sent, 1), ($0.tokenTimes.first ?? $0.ended, -1)] }
    var (waiting, most) = (0, 0)
    for change in changes.sorted(by: { ($0.0, $0.1) < ($1.0, $1.1) }) {
      waiting += change.1
      most = max(most, waiting)
    }
    return most
  }

  /// The result under a server's name; nil before the first round.
  func result(_ server: String) -> LoadResult? {
    guard let output = Spread(outputRates), let prompt = Spread(promptRates), let good = Spread(goodRates),
      let share = Spread(clientShares)
    else { return nil }
    return LoadResult(
      server: server, done: done, left: left, failures: failures, outputTokensPerSecond: output,
      promptTokensPerSecond: prompt, timeToFirstToken: firstToken.percentiles,
      interToken: interToken.percentiles, endToEnd: endToEnd.percentiles, goodRequestsPerSecond: good,
      mostWaiting: mostWaiting, peakBytes: peakBytes, clientProcessors: share.median)
  }
}

/// How one server bore the load.
struct LoadResult: Encodable {
  let server: String
  let done: Int
  /// Whose client went away.
  let left: Int
  /// By status or reason.
  let failures: [String: Int]
  let outputTokensPerSecond: Spread
  let promptTokensPerSecond: Spread
  let timeToFirstToken: Percentiles?
  let interToken: Percentiles?
  let endToEnd: Percentiles?
  let goodRequestsPerSecond: Spread
  let mostWaiting: Int
  let peakBytes: Int
  /// Processors that the clients kept busy, which the server did not have.
  let clientProcessors: Double

  var failed: Int { failures.values.reduce(0, +) }
}
