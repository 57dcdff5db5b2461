/// Tells on standard error which row is being measured, and about how long the rest will take.
struct Progress {
  private let start = ContinuousClock.now
  private let estimate: TimeEstimate
  private var row = 0

  init(weights: [Double]) { estimate = TimeEstimate(weights: weights) }

  /// Announces the next row.
  mutating func begin(_ name: String) {
    let left = estimate.secondsLeft(done: row, elapsed: start.duration(to: .now) / .seconds(1))
    row += 1
    Console.note(
      "\(row) of \(estimate.weights.count)\(left.map { ", \(Self.text($0)) left" } ?? ""): \(name)")
  }

  static func text(_ seconds: Double) -> String {
    seconds < 100 ? "about \(Int(seconds.rounded(.up))) s" : "about \(Int((seconds / 60).rounded(.up))) min"
  }
}

/// How long the rest takes if rows cost time as their weights say.
struct TimeEstimate {
  let weights: [Double]

  /// Nil before the first row has been measured.
  func secondsLeft(done: Int, elapsed: Double) -> Double? {
    let passed = weights.prefix(done).reduce(0, +)
    return passed > 0 ? elapsed / passed * weights.dropFirst(done).reduce(0, +) : nil
  }
}

extension Workload {
  /// A guess of the work in so many repetitions, in tokens of a short prompt.
  func weight(repetitions: Int) -> Double {
    // A full cache costs as much again after some thousands of tokens; a generated token costs as ten of a prompt, alone.
    let slots = Double(budgetSlots ?? promptTokens)
    let prompts = Double(sequences * promptTokens) * (1 + slots / 4000) * Double(isPrefill ? repetitions : 1)
    let generated = Double(newTokens * repetitions) * (10 + Double(sequences)) * (1 + slots / 4000)
    return prompts + (isPrefill ? 0 : generated)
  }
}
