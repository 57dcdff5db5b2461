import Glibc
import Kernels

/// Reads a model's rotary embedding: from its file, or as it is asked for instead.
struct RotaryReader {
  let metadata: MetadataReader
  let headDimension: Int
  /// Whether pair i is (i, i + rotated / 2) instead of (2 i, 2 i + 1).
  let pairsHalves: Bool

  private var settings: RotarySettings { metadata.rotary }

  func rotary() throws(ModelError) -> RotaryEmbedding {
    try settings.check()
    let rotated = try metadata.size(".rope.dimension_count", most: headDimension, default: headDimension)
    guard rotated % 2 == 0 else {
      throw .badValue(
        key: metadata.full(".rope.dimension_count"), found: "\(rotated)", expected: "an even number")
    }
    let own = try metadata.positive(".rope.freq_base", default: 10_000)
    let base = settings.base ?? own
    guard let scaling = settings.scaling else { return try ownRotary(rotated, base: base) }
    let factor = settings.factor ?? 1
    switch scaling {
    case .none: return embedding(rotated, base: base)
    case .linear: return embedding(rotated, base: base, linearFactor: factor)
    case .ntk: return embedding(rotated, base: Self.enlarged(base, by: factor, rotated))
    case .yarn:
      return embedding(rotated, base: base, Yarn(factor: factor, trainedLength: try metadata.trainedLength))
    }
  }

  /// As the file has it; a factor counts although no kind of scaling is named, as older files have it.
  private func ownRotary(_ rotated: Int, base: Double) throws(ModelError) -> RotaryEmbedding {
    let (key, olderKey) = (".rope.scaling.factor", ".rope.scale_linear")
    let older = try metadata.number(olderKey)
    let factor = try metadata.number(key) ?? older
    let named = try metadata.text(".rope.scaling.type")
    let divisors = try LongRope.divisors(metadata, count: rotated / 2)
    switch named ?? (divisors != nil ? "longrope" : factor == nil ? "none" : "linear") {
    case "none":
      return try embedding(
        rotated, base: base, divisors: Weights.frequencyDivisors(in: metadata.file, count: rotated / 2))
    case "linear":
      return try embedding(
        rotated, base: base, linearFactor: metadata.positive(key, default: older),
        divisors: Weights.frequencyDivisors(in: metadata.file, count: rotated / 2))
    case "yarn": return embedding(rotated, base: base, try ownYarn())
    case "longrope":
      guard let divisors else { throw LongRope.missing }
      return embedding(
        rotated, base: base, divisors: divisors,
        magnitude: try metadata.positive(".rope.scaling.attn_factor", default: 1))
    case let other: throw .unsupportedFeature("RoPE scaling '\(other)' (none, linear, yarn and longrope are)")
    }
  }

  private func ownYarn() throws(ModelError) -> Yarn {
    var yarn = Yarn(
      factor: try metadata.positive(".rope.scaling.factor"), trainedLength: try metadata.trainedLength)
    yarn.fastTurns = try metadata.positive(".rope.scaling.yarn_beta_fast", default: yarn.fastTurns)
    yarn.slowTurns = try metadata.positive(".rope.scaling.yarn_beta_slow", default: yarn.slowTurns)
    yarn.magnitudeFactor = try metadata.positive(".rope.scaling.attn_factor", default: 1)
    return yarn
  }

  /// The base under which, as dynamic NTK scaling computes it, a context `factor` times as long as in training is reached.
  private static func enlarged(_ base: Double, by factor: Double, _ rotated: Int) -> Double {
    guard rotated > 2 else { return base }
    return base * pow(factor * factor - (factor - 1), Double(rotated) / Double(rotated - 2))
  }

  private func embedding(
    _ rotated: Int, base: Double, linearFactor: Double = 1, divisors: [Float]? = nil, magnitude: Double = 1
  ) -> RotaryEmbedding {
    RotaryEmbedding(
      dimensions: rotated, base: base, linearFactor: linearFactor, divisors: divisors, magnitude: magnitude,
      pairsHalves: pairsHalves)
  }

  private func embedding(_ rotated: Int, base: Double, _ yarn: Yarn) -> RotaryEmbedding {
    embedding(
      rotated, base: base, divisors: yarn.divisors(dimensions: rotated, base: base), magnitude: yarn.magnitude
    )
  }
}
