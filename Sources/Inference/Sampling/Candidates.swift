/// The tokens still in the draw, each with a weight in proportion to its probability.
///
/// Weights lie in 0...1, the likeliest token's is 1, and 0 means out of the draw: a filter only sets
/// weights to 0. The storage is scratch for one thread and all its sequences: it grows with the first
/// vocabulary and then is only written over.
package struct Candidates: Sendable {
  /// Token `id`'s weight is lane `id % 16` of entry `id / 16`; the last entry is filled up with 0.
  private(set) var weights: [Lanes] = []
  /// Where the search for a cut narrows a copy.
  private var band: [Lanes] = []

  package init() {}

  /// Puts every token into the draw with weight e^((logit - greatest) / temperature).
  ///
  /// Logits of NaN and minus infinity get 0. `greatest` must be the greatest logit, and finite.
  mutating func weigh(_ logits: borrowing Span<Float>, greatest: Float, temperature: Float) {
    let entries = (logits.count &+ 15) / 16
    if weights.count != entries {
      weights = Array(repeating: Lanes(), count: entries)
      band = weights
    }
    let scale = 1 / temperature
    for entry in 0..<(logits.count / 16) {
      weights[entry] = ((Lanes(logits, from: entry &* 16) - greatest) * scale).exponential()
    }
    guard let last = weights.indices.last, logits.count % 16 != 0 else { return }
    var lanes = Lanes(repeating: -.infinity)
    for id in (last &* 16)..<logits.count { lanes[id % 16] = logits[id] }
    weights[last] = ((lanes - greatest) * scale).exponential()
  }

  /// Takes tokens lighter than `floor` out.
  mutating func drop(lighterThan floor: Float) {
    for entry in weights.indices {
      let lanes = weights[entry]
      weights[entry] = lanes.replacing(with: Lanes(), where: lanes .< floor)
    }
  }

  /// Keeps the heaviest tokens, as many as it takes to gather `amount`; of equal ones the lowest ids.
  mutating func keepHeaviest(until amount: Amount) {
    guard let cut = Cut(of: weights, gathering: amount, band: &band) else { return }
    var ties = cut.ties
    for entry in weights.indices {
      let lanes = weights[entry]
      weights[entry] = lanes.replacing(with: Lanes(), where: lanes .< cut.weight)
      let equal = lanes .== cut.weight
      guard any(equal) else { continue }
      for lane in 0..<16 where equal[lane] {
        if ties > 0 { ties &-= 1 } else { weights[entry][lane] = 0 }
      }
    }
  }

  /// Keeps the tokens whose surprise, -ln of their share, is nearest to the mean surprise, as few as reach `share` of the weight.
  ///
  /// Of tokens that are equally near all stay.
  mutating func keepTypical(_ share: Float) {
    var (mass, weighted) = (0.0, 0.0)
    for lanes in weights {
      mass += Double(lanes.mass)
      weighted += Double((lanes * lanes.logarithm()).mass)
    }
    guard mass > 0 else { return }
    // With weight w and mass m a surprise is ln m - ln w: ln m falls out of its distance to the mean.
    let mean = Float(weighted / mass)
    for entry in weights.indices {
      let distance = weights[entry].logarithm() - mean
      band[entry] = distance.replacing(with: -distance, where: distance .< 0)
    }
    let distance = leastDistance(reaching: Double(share) * mass)
    for entry in weights.indices {
      weights[entry] = weights[entry].replacing(with: Lanes(), where: band[entry] .> distance)
    }
  }

  /// The least distance, of those in `band`, within which the weights reach `mass`.
  ///
  /// Halves the range of a distance's bits, which are ordered as distances are: 32 passes.
  private func leastDistance(reaching mass: Double) -> Float {
    var (low, high) = (UInt32(0), Float.infinity.bitPattern)
    while low < high {
      let middle = low + (high - low) / 2
      let bound = Float(bitPattern: middle)
      var within = 0.0
      for (lanes, distance) in zip(weights, band) {
        within += Double(lanes.replacing(with: Lanes(), where: distance .> bound).mass)
      }
      if within > 0 && within >= mass { high = middle } else { low = middle + 1 }
    }
    return Float(bitPattern: low)
  }

  /// The token at `unit` (0..<1) of the way through all weights, lowest id first.
  func draw(at unit: Double) -> Int {
    var total = 0.0
    for lanes in weights { total += Double(lanes.mass) }
    let goal = unit * total
    var passed = 0.0
    var last = 0
    for (entry, lanes) in weights.enumerated() {
      let upToHere = passed + Double(lanes.mass)
      if upToHere > goal {
        for lane in 0..<16 where lanes[lane] > 0 {
          last = entry &* 16 &+ lane
          passed += Double(lanes[lane])
          if passed > goal { return last }
        }
      }
      passed = upToHere
    }
    // Rounding can leave the goal a hair beyond the sum of an entry's lanes: the last one looked at.
    return last
  }
}
