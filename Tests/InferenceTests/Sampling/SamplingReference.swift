import ModelFixtures

@testable import Inference

/// The ids that stay in the draw, the plain way: everything sorted, all in Double.
func referenceKept(_ logits: [Float], _ parameters: SamplingParameters) -> [Int] {
  var kept = logits.indices.filter { logits[$0] > -.infinity }
    .sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
  let greatest = Double(logits[kept[0]])
  func probability(_ id: Int) -> Double {
    exponential((Double(logits[id]) - greatest) / Double(parameters.temperature))
  }
  if parameters.minP > 0 { kept = kept.filter { probability($0) >= Double(parameters.minP) } }
  if parameters.topK > 0 { kept.removeLast(max(0, kept.count - parameters.topK)) }
  if parameters.topP < 1 {
    let target = Double(parameters.topP) * kept.map(probability).reduce(0, +)
    var mass = 0.0
    let needed = kept.firstIndex { id in
      mass += probability(id)
      return mass >= target
    }
    kept = Array(kept[...(needed ?? kept.count - 1)])
  }
  return kept.sorted()
}

/// e^x by its series at x / 2^20, squared 20 times: no math library on either side of the comparison.
func exponential(_ power: Double) -> Double {
  guard power > -700 else { return 0 }
  let small = power / 1_048_576
  var value = 1 + small * (1 + small / 2 * (1 + small / 3))
  for _ in 0..<20 { value *= value }
  return value
}

extension SamplingParameters {
  static func with(_ set: (inout SamplingParameters) -> Void) -> SamplingParameters {
    var parameters = SamplingParameters()
    parameters.seed = 1
    set(&parameters)
    return parameters
  }
}

/// One token from fresh state, and the ids that were in the draw.
func sampleOnce(
  _ logits: [Float], _ parameters: SamplingParameters, forbidding: [Int32] = []
) -> (token: Int, kept: [Int]) {
  var sampler = Sampler(parameters, prompt: [])
  var candidates = Candidates()
  let token = sampler.sample(logits, forbidding: forbidding, candidates: &candidates)
  return (Int(token), candidates.kept)
}

extension Sampler {
  /// For tests whose logits are an array to be used again.
  mutating func sample(
    _ logits: [Float], forbidding: [Int32] = [], candidates: inout Candidates
  ) -> Int32 {
    var copy = logits
    var span = copy.mutableSpan
    return sample(&span, forbidding: forbidding, candidates: &candidates)
  }
}

extension Candidates {
  var kept: [Int] {
    weights.indices.flatMap { entry in
      (0..<16).filter { weights[entry][$0] > 0 }.map { entry * 16 + $0 }
    }
  }
}

/// Kinds of logits that are hard in different ways, at sizes that are and are not multiples of 16.
enum LogitShape: String, CaseIterable {
  case bell, peaked, flat, equal, fewValues, mostlyForbidden, wide

  /// Multiples of 1/1024, so that different logits stay different as weights.
  func logits(_ count: Int, seed: UInt64) -> [Float] {
    var random = SplitMix64(state: seed)
    func unit() -> Float { Float(random.next() >> 40) * 0x1p-24 }
    func grid(_ value: Float) -> Float { (value * 1024).rounded() / 1024 }
    return (0..<count).map { id in
      switch self {
      case .bell: grid((unit() + unit() + unit() + unit() - 2) * 6)
      case .peaked: id == count / 2 ? 30 : grid(unit() * 4)
      case .flat: grid(unit() * 0.01)
      case .equal: 3
      case .fewValues: (unit() * 4).rounded()
      case .mostlyForbidden: id % 11 == 0 ? grid(unit() * 8) : -.infinity
      case .wide: grid(unit() * 200 - 100)
      }
    }
  }
}
