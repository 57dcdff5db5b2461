import Serving

/// How servers bore the same load.
struct LoadReport: Encodable {
  let version = Kvota.version
  let machine = Machine.current
  let model: String
  let threads: Int
  let ownFlags: [String]
  let arrivals: String
  let rounds: Int
  let limits: LatencyLimits
  /// Ours, then the peer's.
  let results: [LoadResult]
}

extension LoadReport {
  /// One line of the table: a number of each server, and whether more of it is better.
  private struct Row {
    let name: String
    let hasRatio: Bool
    let cell: (LoadResult) -> String
    let number: (LoadResult) -> Double?

    init(_ name: String, count: @escaping (LoadResult) -> Int) {
      self.name = name
      hasRatio = false
      cell = { "\(count($0))" }
      number = { Double(count($0)) }
    }

    init(_ name: String, rate: @escaping (LoadResult) -> Spread) {
      self.name = name
      hasRatio = true
      cell = { BenchReport.describe(rate($0)) }
      number = { rate($0).median }
    }

    init(_ name: String, milliseconds: @escaping (LoadResult) -> Double?) {
      self.name = name
      hasRatio = true
      cell = { milliseconds($0).map { BenchReport.rounded($0) } ?? "" }
      number = milliseconds
    }

    init(_ name: String, megabytes: @escaping (LoadResult) -> Int) {
      self.name = name
      hasRatio = true
      cell = { "\(BenchReport.rounded(Double(megabytes($0)) / 1_048_576, 0)) MiB" }
      number = { Double(megabytes($0)) }
    }
  }

  private static var rows: [Row] {
    [
      Row("requests done", count: \.done), Row("client went away", count: \.left),
      Row("failed", count: \.failed),
      Row("output tokens/s", rate: \.outputTokensPerSecond),
      Row("prompt tokens/s", rate: \.promptTokensPerSecond),
      Row("good requests/s", rate: \.goodRequestsPerSecond),
    ] + percentiles("first token", \.timeToFirstToken) + percentiles("between tokens", \.interToken)
      + percentiles("whole request", \.endToEnd) + [
        Row("most waiting for their first token", count: \.mostWaiting),
        Row("peak memory", megabytes: \.peakBytes),
      ]
  }

  private static func percentiles(_ name: String, _ of: @escaping (LoadResult) -> Percentiles?) -> [Row] {
    [
      Row("\(name), ms: p50") { of($0)?.p50Milliseconds }, Row("p90") { of($0)?.p90Milliseconds },
      Row("p99") { of($0)?.p99Milliseconds }, Row("greatest") { of($0)?.greatestMilliseconds },
    ]
  }

  /// The report for people.
  var text: String {
    let head = [""] + results.map(\.server) + (results.count > 1 ? ["ratio"] : [])
    let rows = Self.rows.map { row in
      [row.name] + results.map(row.cell) + (results.count > 1 ? [ratio(row)] : [])
    }
    return [heading, Table(head: head, rows: rows).text, notes].joined(separator: "\n\n")
  }

  private func ratio(_ row: Row) -> String {
    guard row.hasRatio, let own = row.number(results[0]), let peer = row.number(results[1]), peer > 0 else {
      return ""
    }
    return BenchReport.rounded(own / peer, 2)
  }

  private var heading: String {
    let flags = ownFlags.isEmpty ? "" : " " + ownFlags.joined(separator: " ")
    return """
      \(machine.processor), \(machine.processors) processors; kvota \(version)\(flags), \(threads) threads
      \(model); \(arrivals)
      rates are the median (least to greatest) of \(rounds) rounds, times those of all requests
      """
  }

  private var notes: String {
    let limits = """
      Good: the first token within \(BenchReport.rounded(limits.timeToFirstTokenMilliseconds)) ms, then at most \
      \(BenchReport.rounded(limits.interTokenMilliseconds)) ms a token on average.
      """
    let clients = results.map { "\(BenchReport.rounded($0.clientProcessors, 2)) (\($0.server))" }
    let failures = results.flatMap { result in
      result.failures.sorted { $0.key < $1.key }.map { "\(result.server): \($0.value) failed: \($0.key)" }
    }
    return (["\(limits) Processors taken by the clients: \(clients.joined(separator: ", "))."] + failures)
      .joined(separator: "\n")
  }
}
