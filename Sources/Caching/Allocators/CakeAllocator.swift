import Glibc

/// Layers get as much as their attention asks for: wide and restless attention more, narrow and steady attention less.
///
/// CAKE, Qin et al., arXiv 2503.12491: a layer's weight is `entropy^(1/1.6) * variance^(1/0.6)` of the attention of the last queries,
/// measured at every eviction of the prompt. No layer gets less than a quarter of the budget nor more than four times as much,
/// so that a sequence's pages have a bound.
struct CakeAllocator: BudgetAllocator {
  static let name = "cake"
  static let summary = "layers get what the spread and the unrest of their attention ask for"

  var sharing: SlotSharing { .model }
  var windowRows: Int { 32 }

  func floor(_ setting: AllocationSetting) -> Int {
    min(max(setting.budget / 4, setting.least), setting.budget)
  }

  func ceiling(_ setting: AllocationSetting) -> Int { min(4, setting.layers) * setting.budget }

  func offsets(_ setting: AllocationSetting, weights: [Float]) -> [Int] {
    let bounds = floor(setting)...max(floor(setting), ceiling(setting))
    let shares = Apportionment.shares(
      of: setting.layers * setting.budget, by: weights.map(Double.init), within: bounds)
    return shares.map { $0 - setting.budget }
  }

  /// The weight of a layer by the entropy and the variance of its attention, both at least 0.
  static func weight(entropy: Float, variance: Float) -> Float {
    powf(entropy, 1 / 1.6) * powf(variance, 1 / 0.6)
  }
}

/// Whole numbers in proportion to weights, with an exact sum.
enum Apportionment {
  /// `total` split by `weights`, every share within `bounds`; `bounds.lowerBound * count <= total <= bounds.upperBound * count`.
  ///
  /// What a bound cuts off goes to the others, again in proportion. Left-over units go to the largest remainders, of equals the first.
  static func shares(of total: Int, by weights: [Double], within bounds: ClosedRange<Int>) -> [Int] {
    let exact = bounded(Double(total), weights, Double(bounds.lowerBound)...Double(bounds.upperBound))
    var shares = exact.map { min(max(Int($0), bounds.lowerBound), bounds.upperBound) }
    let byRemainder = exact.indices.sorted {
      let (first, second) = (exact[$0] - Double(shares[$0]), exact[$1] - Double(shares[$1]))
      return first == second ? $0 < $1 : first > second
    }
    var left = total - shares.reduce(0, +)
    while left != 0 {
      let before = left
      for index in byRemainder where left > 0 && shares[index] < bounds.upperBound {
        shares[index] += 1
        left -= 1
      }
      for index in byRemainder.reversed() where left < 0 && shares[index] > bounds.lowerBound {
        shares[index] -= 1
        left += 1
      }
      precondition(left != before, "bounds that allow the total")
    }
    return shares
  }

  /// Real shares: those that a bound cuts are fixed one after the other, the rest is split anew.
  private static func bounded(_ total: Double, _ weights: [Double], _ bounds: ClosedRange<Double>) -> [Double]
  {
    var shares = Array(repeating: 0.0, count: weights.count)
    var free = Array(weights.indices)
    var left = total
    while !free.isEmpty {
      let sum = free.reduce(0) { $0 + weights[$1] }
      for index in free {
        shares[index] = sum > 0 && sum.isFinite ? left * weights[index] / sum : left / Double(free.count)
      }
      let clamped = { (index: Int) in min(max(shares[index], bounds.lowerBound), bounds.upperBound) }
      let excess = free.reduce(0) { $0 + clamped($1) - shares[$1] }
      // Where the lower bound gives more than the upper one takes, those at the lower bound are settled, and the other way round.
      let cut = free.filter { excess >= 0 ? shares[$0] < bounds.lowerBound : shares[$0] > bounds.upperBound }
      if cut.isEmpty { break }
      for index in cut {
        shares[index] = clamped(index)
        left -= shares[index]
      }
      free.removeAll { cut.contains($0) }
    }
    return shares
  }
}
