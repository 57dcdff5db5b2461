/// Search for the heaviest weight at which the tokens of that weight and more are enough.
///
/// Halves the range of a weight's bits (weights of 0...1 are ordered as their bits are): at most 30 passes,
/// over a band of entries that shrinks with the range. Exact, without sorting, and about as fast for a
/// flat distribution as for a peaked one.
struct Bisection {
  /// Enough from here on: the bits of a weight.
  private var low: UInt32
  /// Not enough from here on; one above the bits of the greatest weight at first.
  private var high = Float(1).bitPattern + 1
  /// The tally of weights of `high` and more.
  private var heavier = Tally()
  /// The part of it that the band no longer holds.
  private var heavierOutsideBand = Tally()
  private var bandCount = 0

  /// The weight where it becomes enough, not below `floor`, and the tally of all that is heavier.
  ///
  /// The tokens of `floor` and more must be enough.
  static func search(
    _ weights: [Lanes], from floor: Float, band: inout [Lanes], enough: (Tally) -> Bool
  ) -> (weight: Float, heavier: Tally) {
    var search = Bisection(low: max(floor, .leastNonzeroMagnitude).bitPattern)
    search.fill(&band, from: weights)
    var tokensAtLow = Int.max
    while search.high - search.low > 1 {
      let middle = search.low + (search.high - search.low) / 2
      let tally =
        search.heavierOutsideBand
        + Tally(of: band[..<search.bandCount], atLeast: Float(bitPattern: middle))
      if enough(tally) {
        search.low = middle
        tokensAtLow = tally.tokens
      } else {
        search.high = middle
        search.heavier = tally
      }
      // One token in 16 entries: by now most entries hold none that still matters.
      if tokensAtLow - search.heavier.tokens < search.bandCount { search.shrink(&band) }
    }
    return (Float(bitPattern: search.low), search.heavier)
  }

  private init(low: UInt32) { self.low = low }

  /// Takes over the entries that hold a token of `low` and more.
  private mutating func fill(_ band: inout [Lanes], from weights: [Lanes]) {
    let bound = Float(bitPattern: low)
    for lanes in weights where any(lanes .>= bound) {
      band[bandCount] = lanes
      bandCount &+= 1
    }
  }

  /// Drops entries without a token between `low` and `high`.
  private mutating func shrink(_ band: inout [Lanes]) {
    let (lowest, outside) = (Float(bitPattern: low), Float(bitPattern: high))
    var kept = 0
    for entry in 0..<bandCount {
      let lanes = band[entry]
      let between = (lanes .>= lowest) .& (lanes .< outside)
      guard any(between) else { continue }
      band[kept] = lanes.replacing(with: Lanes(), where: .!between)
      kept &+= 1
    }
    bandCount = kept
    heavierOutsideBand = heavier
  }
}
