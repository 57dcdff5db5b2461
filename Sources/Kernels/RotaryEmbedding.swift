import Glibc

/// Rotary position embedding (arXiv 2104.09864): which pairs of a head rotate, and how fast.
package struct RotaryEmbedding: Sendable, Equatable {
  /// Radians per position of each pair, `[rotated / 2]`.
  package let frequencies: [Double]
  /// Whether pair i is (i, i + rotated / 2) instead of (2 i, 2 i + 1).
  package let pairsHalves: Bool

  /// The plain form: pair i of `dimensions` turns by `base ^ (-2 i / dimensions)` a position, divided by `linearFactor`.
  package init(dimensions: Int, base: Double, linearFactor: Double = 1, pairsHalves: Bool) {
    frequencies = (0..<dimensions / 2).map { pow(base, -2 * Double($0) / Double(dimensions)) / linearFactor }
    self.pairsHalves = pairsHalves
  }

  /// Dimensions of a head that rotate; the rest pass unchanged.
  package var dimensions: Int { frequencies.count * 2 }
}
