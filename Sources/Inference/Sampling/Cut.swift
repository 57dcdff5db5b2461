/// How much the heaviest tokens must gather.
enum Amount {
  case tokens(Int)
  /// A part of the weight of all tokens in the draw.
  case share(Float)
}

/// The weight at which tokens, taken from the heaviest on, have gathered an amount.
struct Cut {
  /// All heavier tokens are kept, all lighter ones are not.
  let weight: Float
  /// How many of those with this very weight are kept.
  let ties: Int

  /// Nil if all tokens together do not gather more than the amount, so that nothing is cut off.
  ///
  /// `band` is scratch as long as `weights`.
  init?(of weights: [Lanes], gathering amount: Amount, band: inout [Lanes]) {
    let all = Tally(of: weights[...], atLeast: .leastNonzeroMagnitude)
    switch amount {
    case .tokens(let limit):
      guard limit < all.tokens else { return nil }
      let target = max(limit, 1)
      let found = Bisection.search(weights, from: .leastNonzeroMagnitude, band: &band) { $0.tokens >= target }
      weight = found.weight
      ties = target - found.heavier.tokens
    case .share(let share):
      guard share < 1 else { return nil }
      let target = Double(max(share, 0)) * all.mass
      // All tokens lighter than this weigh together less than what is left out.
      let floor = Float((all.mass - target) / Double(max(all.tokens, 1)) * 0.99)
      let found = Bisection.search(weights, from: floor, band: &band) { $0.mass >= target }
      weight = found.weight
      let missing = min((target - found.heavier.mass) / Double(weight), Double(all.tokens))
      ties = missing > 1 ? Int(missing) + (missing > Double(Int(missing)) ? 1 : 0) : 1
    }
  }
}
