import Histogram

/// Times of one kind, of which only the distribution is kept: to three digits, in microseconds.
struct Latencies {
  private var histogram = Histogram<UInt64>(numberOfSignificantValueDigits: .three)

  mutating func record(seconds: Double) { histogram.record(UInt64(max(0, seconds) * 1e6)) }

  /// Nil if nothing was recorded.
  var percentiles: Percentiles? {
    guard histogram.totalCount > 0 else { return nil }
    let milliseconds = { (value: UInt64) in Double(value) / 1e3 }
    return Percentiles(
      p50Milliseconds: milliseconds(histogram.valueAtPercentile(50)),
      p90Milliseconds: milliseconds(histogram.valueAtPercentile(90)),
      p99Milliseconds: milliseconds(histogram.valueAtPercentile(99)),
      greatestMilliseconds: milliseconds(histogram.maxRecorded))
  }
}

/// What so many of a hundred did not exceed.
struct Percentiles: Encodable, Equatable {
  let p50Milliseconds: Double
  let p90Milliseconds: Double
  let p99Milliseconds: Double
  let greatestMilliseconds: Double
}
