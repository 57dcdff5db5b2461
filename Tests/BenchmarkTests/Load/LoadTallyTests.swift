import Testing

@testable import kvota

@Suite("what clients saw, added up")
struct LoadTallyTests {
  private let start = ContinuousClock.now
  private let limits = LatencyLimits(timeToFirstTokenMilliseconds: 1000, interTokenMilliseconds: 100)

  private func outcome(
    sent: Double = 0, tokens: [Double], ended: Double, _ ending: RequestOutcome.Ending = .done
  ) -> RequestOutcome {
    var outcome = RequestOutcome(sent: start + .seconds(sent), ended: start + .seconds(ended))
    outcome.tokenTimes = tokens.map { start + .seconds($0) }
    (outcome.ending, outcome.promptTokens, outcome.outputTokens) = (ending, 10, tokens.count)
    return outcome
  }

  @Test("percentiles are the values that so many of a hundred do not exceed, to three digits")
  func percentiles() throws {
    var latencies = Latencies()
    #expect(latencies.percentiles == nil)
    for milliseconds in 1...1000 { latencies.record(seconds: Double(milliseconds) / 1e3) }
    let percentiles = try #require(latencies.percentiles)
    for (value, expected) in [
      (percentiles.p50Milliseconds, 500.0), (percentiles.p90Milliseconds, 900),
      (percentiles.p99Milliseconds, 990), (percentiles.greatestMilliseconds, 1000),
    ] {
      #expect(abs(value - expected) <= expected / 1000)
    }
  }

  @Test("rates are over the time from the first request to the last end, of each round")
  func rates() throws {
    var tally = LoadTally(limits: limits)
    #expect(tally.result("x") == nil)
    tally.add(
      [
        outcome(tokens: [0.5, 0.6, 0.7], ended: 1),
        outcome(sent: 1, tokens: [2.5, 3], ended: 4),
        outcome(sent: 1, tokens: [], ended: 2, .failed("HTTP 429")),
        outcome(sent: 1, tokens: [1.5], ended: 2, .left),
      ], peakBytes: 5, clientSeconds: 1)
    let result = try #require(tally.result("x"))
    #expect(result.done == 2 && result.left == 1 && result.failures == ["HTTP 429": 1])
    #expect(result.outputTokensPerSecond.median == 1.5)
    #expect(result.promptTokensPerSecond.median == 10)
    #expect(result.clientProcessors == 0.25 && result.peakBytes == 5)
    #expect(result.goodRequestsPerSecond.median == 0.25, "only the first is done within the limits")
  }

  @Test("a request is good if its first token and the mean time of the others are within the limits")
  func goodput() {
    #expect(limits.areMet(by: outcome(tokens: [1, 1.05, 1.2], ended: 2)))
    #expect(!limits.areMet(by: outcome(tokens: [1.1, 1.2], ended: 2)), "first token too late")
    #expect(!limits.areMet(by: outcome(tokens: [0.5, 0.7], ended: 2)), "tokens too far apart")
    #expect(!limits.areMet(by: outcome(tokens: [0.5, 0.6], ended: 2, .left)))
  }

  @Test("those wait that were sent and have no token yet")
  func waiting() {
    let outcomes = [
      outcome(tokens: [3], ended: 4), outcome(sent: 1, tokens: [2], ended: 9),
      outcome(sent: 2, tokens: [], ended: 5, .left),
    ]
    #expect(LoadTally.mostWaiting(outcomes) == 2)
  }

  @Test("the report sets our numbers beside the peer's, with their ratio")
  func report() throws {
    var (own, peer) = (LoadTally(limits: limits), LoadTally(limits: limits))
    own.add([outcome(tokens: [0.5, 0.6], ended: 1)], peakBytes: 1 << 20, clientSeconds: 0)
    peer.add([outcome(tokens: [1, 1.6], ended: 4)], peakBytes: 4 << 20, clientSeconds: 0)
    let report = LoadReport(
      model: "m", threads: 2, ownFlags: ["--kv-memory", "1GiB"], arrivals: Arrivals.closed(clients: 3).text,
      rounds: 1, limits: limits, results: [own.result("kvota"), peer.result("peer")].compactMap(\.self))
    let lines = report.text.split(separator: "\n")
    let row = { (name: String) in lines.first { $0.hasPrefix(name) }?.split(separator: " ").map(String.init) }
    #expect(row("output tokens/s")?.last == "4.00")
    #expect(row("peak memory")?.last == "0.25")
    #expect(row("requests done") == ["requests", "done", "1", "1"])
    #expect(report.text.contains("--kv-memory 1GiB") && report.text.contains("3 clients"))
  }
}
