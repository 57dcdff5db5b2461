import Glibc

/// Rotary position embedding (arXiv 2104.09864): which pairs of a head rotate, and how fast.
package struct RotaryEmbedding: Sendable, Equatable {
  /// Radians per position of each pair, `[rotated / 2]`.
  package let frequencies: [Double]
  /// What rotated pairs are multiplied by, queries and keys alike.
  package let magnitude: Double
  /// Whether pair i is (i, i + rotated / 2) instead of (2 i, 2 i + 1).
  package let pairsHalves: Bool

  /// Pair i of `dimensions` turns by `base ^ (-2 i / dimensions)` a position, divided by `linearFactor` and by the pair's own divisor.
  ///
  /// `divisors` is `[dimensions / 2]`, as models for long contexts bring them; nil divides by 1.
  package init(
    dimensions: Int, base: Double, linearFactor: Double = 1, divisors: [Float]? = nil,
    magnitude: Double = 1, pairsHalves: Bool
  ) {
    precondition(divisors == nil || divisors?.count == dimensions / 2, "a divisor for each pair")
    frequencies = (0..<dimensions / 2).map { pair in
      pow(base, -2 * Double(pair) / Double(dimensions)) / (linearFactor * Double(divisors?[pair] ?? 1))
    }
    self.magnitude = magnitude
    self.pairsHalves = pairsHalves
  }

  /// Turns nothing.
  package static let none = RotaryEmbedding(dimensions: 0, base: 1, pairsHalves: false)

  /// Dimensions of a head that rotate; the rest pass unchanged.
  package var dimensions: Int { frequencies.count * 2 }
}
