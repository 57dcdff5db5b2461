import Glibc

/// YaRN, arXiv 2309.00071: pairs that turn often within the trained context stay as they are, those that never complete a turn are
/// slowed by the factor, and a ramp lies between; logits are sharpened a little for the longer context.
struct Yarn {
  var factor: Double
  /// Tokens of a sequence in training.
  var trainedLength: Int
  /// Turns within the trained context from which a pair stays as it is, and up to which it is slowed fully.
  var fastTurns = 32.0
  var slowTurns = 1.0
  /// What the magnitude is multiplied by.
  var magnitudeFactor = 1.0

  /// What each pair's frequency is divided by, `[dimensions / 2]`.
  func divisors(dimensions: Int, base: Double) -> [Float] {
    let fastest = max(0, pair(turning: fastTurns, dimensions, base).rounded(.down))
    let slowest = min(Double(dimensions - 1), pair(turning: slowTurns, dimensions, base).rounded(.up))
    return (0..<dimensions / 2).map { pair in
      let slowed = min(1, max(0, (Double(pair) - fastest) / max(0.001, slowest - fastest)))
      return Float(1 / (slowed / factor + (1 - slowed)))
    }
  }

  /// What rotated pairs are multiplied by.
  var magnitude: Double { magnitudeFactor * (1 + 0.1 * log(factor)) }

  /// The pair, as a number between two, that makes so many turns within the trained context.
  private func pair(turning turns: Double, _ dimensions: Int, _ base: Double) -> Double {
    Double(dimensions) * log(Double(trainedLength) / (turns * 2 * .pi)) / (2 * log(base))
  }
}
