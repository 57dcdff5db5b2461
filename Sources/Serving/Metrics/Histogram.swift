/// Counts of values in fixed buckets, as Prometheus wants them.
struct Histogram: Sendable {
  /// Upper ends of the buckets, rising; one more bucket takes what is longer.
  let bounds: [Double]
  private(set) var counts: [Int]
  private(set) var sum = 0.0

  init(_ bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  var count: Int { counts.reduce(0, +) }

  mutating func record(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }
}
