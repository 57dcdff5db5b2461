#if canImport(Glibc)
  import Glibc
#endif

extension MutableSpan<Float> {
  /// Index of the greatest, the first of equals.
  var likeliest: Int32 {
    var best = 0
    for index in indices where self[index] > self[best] { best = index }
    return Int32(best)
  }

  /// Logarithm of the sum of the exponentials: what is taken from a logit to make it a log-probability.
  var logSumExp: Double {
    var largest = -Float.infinity
    for index in indices { largest = Swift.max(largest, self[index]) }
    var total = 0.0
    for index in indices { total += Double(expf(self[index] - largest)) }
    return log(total) + Double(largest)
  }

  /// Negative log-likelihood of `token`, in nats.
  func surprise(of token: Int32) -> Double { logSumExp - Double(self[Int(token)]) }
}

/// One row of logits that is kept for comparison.
struct LogitsRow {
  let token: Int32
  private let logits: [Float]
  private let normalizer: Double

  init(_ span: borrowing MutableSpan<Float>) {
    token = span.likeliest
    logits = span.indices.map { span[$0] }
    normalizer = span.logSumExp
  }

  /// Kullback-Leibler divergence of `other` from this row's distribution, `sum p log(p / q)` with p ours, in nats.
  func divergence(of other: borrowing MutableSpan<Float>) -> Double {
    let otherNormalizer = other.logSumExp
    var sum = 0.0
    for index in logits.indices {
      let ours = Double(logits[index]) - normalizer
      sum += exp(ours) * (ours - (Double(other[index]) - otherNormalizer))
    }
    // Rounding can take what is nearly nothing below it.
    return Swift.max(0, sum)
  }
}

extension Array<Double> {
  /// The middle one, or the mean of the two in the middle; NaN of nothing.
  var median: Double {
    guard !isEmpty else { return .nan }
    let sorted = sorted()
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
  }

  var mean: Double { reduce(0, +) / Double(count) }
}
