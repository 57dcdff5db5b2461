#if canImport(Glibc)
  import Glibc
#endif

/// How well a model predicts a text: `exp` of the mean negative log-likelihood of its tokens.
package struct Perplexity: Sendable, Equatable {
  private var mean = Mean()

  package init() {}

  init(_ surprises: some Sequence<Double>) {
    for surprise in surprises { add(surprise) }
  }

  /// Counts one token that had this negative log-likelihood, in nats.
  package mutating func add(_ negativeLogLikelihood: Double) { mean.add(negativeLogLikelihood) }

  /// Tokens that were predicted.
  package var tokens: Int { mean.count }
  package var value: Double { exp(mean.value) }
  /// Standard error of `value`, as if tokens were independent.
  package var standardError: Double { mean.standardError * value }
}

/// How much greater a perplexity is than another of the same tokens, as a share.
///
/// Both predict the same tokens, so the error of their difference is far smaller than either's own.
package struct PerplexityChange: Sendable, Equatable {
  package let value: Double
  package let standardError: Double

  init(from reference: [Double], to other: [Double]) {
    var mean = Mean()
    for (before, after) in zip(reference, other) { mean.add(after - before) }
    value = exp(mean.value) - 1
    standardError = mean.standardError * exp(mean.value)
  }
}

/// A mean that is added to, and its error.
struct Mean: Sendable, Equatable {
  private(set) var count = 0
  private var sum = 0.0
  private var squares = 0.0

  mutating func add(_ number: Double) {
    count += 1
    sum += number
    squares += number * number
  }

  var value: Double { sum / Double(count) }

  /// As if the numbers were independent.
  var standardError: Double {
    let variance = max(squares / Double(count) - value * value, 0)
    return (variance / Double(max(count - 1, 1))).squareRoot()
  }
}
