/// What repeated measurements of one thing gave.
struct Spread: Encodable, Equatable {
  let median: Double
  let least: Double
  let greatest: Double
  /// All of them, in the order they were made.
  let repetitions: [Double]

  /// Nil if nothing was measured.
  init?(_ values: [Double]) {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    least = first
    greatest = last
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    repetitions = values
  }
}
