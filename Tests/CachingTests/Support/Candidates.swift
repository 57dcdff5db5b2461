import Kernels

@testable import Caching

/// What a test says of one candidate.
struct Candidate {
  var position: Int
  var sum: Float = 0
  var windowMean: Float = 0
  /// Of the policy's own columns.
  var memory: [Float] = []
  var key: [Float] = []
  var value: [Float] = []
}

extension SlotStatistics {
  /// Statistics of these candidates, with room for three more slots, so that capacity and count are told apart.
  init(_ candidates: [Candidate]) {
    self.init(capacity: candidates.count + 3)
    count = candidates.count
    headDimension = candidates.first?.key.count ?? 0
    memory = Array(repeating: .nan, count: (candidates.first?.memory.count ?? 0) * capacity)
    for (index, candidate) in candidates.enumerated() {
      slots[index] = Int32(index)
      positions[index] = Int32(candidate.position)
      sums[index] = candidate.sum
      windowMeans[index] = candidate.windowMean
      perQuery[index] = 1
      for (column, number) in candidate.memory.enumerated() { memory[column * capacity + index] = number }
    }
    keys = candidates.flatMap(\.key)
    values = candidates.flatMap(\.value)
    order = candidates.indices.sorted { candidates[$0].position < candidates[$1].position }.map(Int32.init)
  }
}

extension EvictionMoment {
  /// A moment while generating, once `fed` tokens have been fed.
  static func decode(
    fed: Int, rotary: RotaryEmbedding = RotaryEmbedding(dimensions: 0, base: 1, pairsHalves: true)
  ) -> Self {
    EvictionMoment(
      phase: .decode, budgetSlots: 64, stride: 32, sinks: 4, seed: 0, layer: 0, head: 0, victims: 1,
      fedTokens: fed,
      rotary: rotary)
  }
}

extension EvictionPolicy {
  /// What the candidates are worth.
  func worths(_ slots: borrowing SlotStatistics, at moment: EvictionMoment = .decode(fed: 1000)) -> [Float] {
    // What was there before must not matter.
    var worth = [Float](repeating: .nan, count: slots.count)
    var spare = [RankKey](repeating: RankKey(.nan, position: 0), count: slots.count)
    var worthSpan = worth.mutableSpan
    var spareSpan = spare.mutableSpan
    rank(slots, at: moment, worth: &worthSpan, spare: &spareSpan)
    return worth
  }

  /// Positions of the `count` least worthy candidates, ascending.
  func victims(_ count: Int, of candidates: [Candidate], at moment: EvictionMoment = .decode(fed: 1000))
    -> [Int]
  {
    let worths = worths(SlotStatistics(candidates), at: moment)
    return zip(worths, candidates.map(\.position)).sorted { $0 < $1 }.prefix(count).map(\.1).sorted()
  }
}

/// The registry's policy of this name, with these parameters.
func policy(_ name: String, _ parameters: [String: Double] = [:]) throws -> any EvictionPolicy {
  try EvictionPolicies.description(named: name).policy(with: parameters)
}

/// Whether numbers agree within a share of `scale`, by default the largest of the expected ones.
func agree(
  _ numbers: [Float], _ expected: [Double], within share: Double = 1e-5, of scale: Double? = nil
) -> Bool {
  let scale = scale ?? expected.filter(\.isFinite).map(abs).max() ?? 0
  return numbers.count == expected.count
    && zip(numbers, expected).allSatisfy { Double($0) == $1 || abs(Double($0) - $1) <= share * scale }
}

extension SplitMix64 {
  /// Uniform from -1 to 1, as a number that f16 holds exactly.
  mutating func number() -> Float { Float(Int(next() >> 53) - 1024) / 1024 }

  mutating func vector(_ count: Int) -> [Float] { (0..<count).map { _ in number() } }
}
