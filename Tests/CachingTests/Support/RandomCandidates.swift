@testable import Caching

/// Statistics of random attention, from one candidate to a few hundred.
struct RandomCandidates {
  enum Kind: CaseIterable {
    /// A low mean goes with a low variance.
    case usual
    /// The lowest means vary most.
    case bursty
    /// Few different means and variances.
    case tied
    /// All alike.
    case zero
    /// Sums and squares may be infinite or no numbers.
    case undefined
  }

  let kind: Kind
  var random: SplitMix64

  init(_ kind: Kind) {
    self.kind = kind
    random = SplitMix64(state: UInt64(Kind.allCases.firstIndex(of: kind) ?? 0))
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  /// Puts new candidates into `scratch`; returns how many.
  mutating func next(into scratch: inout EvictionScratch) -> Int {
    let count = number(0...9) == 0 ? number(1...400) : number(1...70)
    var statistics = SlotStatistics(
      (0..<4 * count).shuffled(using: &random).prefix(count).map { Candidate(position: $0) })
    for candidate in 0..<count {
      let queries = Float(number(1...(kind == .tied ? 2 : 1000)))
      let (mean, variance) = moments()
      statistics.sums[candidate] = mean * queries
      statistics.squares[candidate] = (variance + mean * mean) * queries
      statistics.perQuery[candidate] = 1 / queries
    }
    // What lies beyond the candidates must not matter.
    for beyond in count..<statistics.capacity {
      (statistics.sums[beyond], statistics.squares[beyond], statistics.perQuery[beyond]) = (-1, -1, 1)
      statistics.positions[beyond] = -1
    }
    scratch.statistics = statistics
    return count
  }

  private mutating func moments() -> (mean: Float, variance: Float) {
    let mean = Float.random(in: 1e-6...1e-2, using: &random)
    let noise = Float.random(in: 0.1...1, using: &random)
    switch kind {
    case .usual: return (mean, mean * mean * noise)
    case .bursty: return (mean, noise * (number(0...3) == 0 ? 1e-4 : 1e-6) / (mean + 1e-3))
    case .tied: return (Float(number(0...2)) / 4, Float(number(0...2)) / 4)
    case .zero: return (0, 0)
    case .undefined:
      let odd: [Float] = [.infinity, .nan, -.nan, 0, mean, mean, mean, mean, mean, mean]
      return (odd[number(0...9)], number(0...5) == 0 ? odd[number(0...3)] : noise)
    }
  }
}
