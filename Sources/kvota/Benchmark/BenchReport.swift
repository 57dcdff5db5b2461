import Foundation

/// What was measured, in tokens per second.
struct BenchReport: Encodable {
  struct Row: Encodable {
    let workload: Workload
    let tokensPerSecond: Spread
    let peerTokensPerSecond: Spread?
    /// Our median over the peer's.
    let ratio: Double?

    /// Nil if nothing was measured; `peer` may be empty.
    init?(_ workload: Workload, own: [Double], peer: [Double]) {
      guard let own = Spread(own) else { return nil }
      self.workload = workload
      tokensPerSecond = own
      peerTokensPerSecond = Spread(peer)
      ratio = peerTokensPerSecond.flatMap { $0.median > 0 ? own.median / $0.median : nil }
    }
  }

  let version: String
  let model: String
  let instructions: String
  let threads: Int
  let repetitions: Int
  let rows: [Row]
}

extension BenchReport {
  /// The report for people.
  var text: String {
    let hasPeer = rows.contains { $0.peerTokensPerSecond != nil }
    let head = ["tokens/s", "kvota"] + (hasPeer ? ["peer", "ratio"] : [])
    let cells = rows.map { row in
      [row.workload.name, Self.describe(row.tokensPerSecond)]
        + [row.peerTokensPerSecond.map(Self.describe), row.ratio.map { Self.rounded($0, 2) }].compactMap(
          \.self)
    }
    let lines = ([head] + cells).map { $0.dropLast().map(pad).joined() + ($0.last ?? "") }
    return """
      \(model), \(instructions), \(threads) threads, median (least to greatest) of \(repetitions)

      \(lines.joined(separator: "\n"))
      """ + (hasPeer ? "\n\nThe peer keeps a full cache in every row." : "")
  }

  /// A rate as short as it can be and still be compared.
  static func rounded(_ rate: Double, _ digits: Int? = nil) -> String {
    String(format: "%.\(digits ?? (rate < 100 ? 1 : 0))f", rate)
  }

  private static func describe(_ spread: Spread) -> String {
    "\(rounded(spread.median)) (\(rounded(spread.least)) to \(rounded(spread.greatest)))"
  }

  private func pad(_ cell: String) -> String {
    cell.padding(toLength: max(26, cell.count + 1), withPad: " ", startingAt: 0)
  }
}
