/// Seeded random numbers: the same in every run.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}

/// Attention made up from a seed and the place, so that it does not depend on what else was asked.
struct MadeUpAttention {
  var seed: UInt64 = 1

  func callAsFunction(_ at: AttentionPlace) -> Float {
    var generator = SplitMix64(state: seed)
    for part in [at.layer, at.head, at.query, at.position] {
      generator.state = generator.next() &+ UInt64(part)
    }
    let uniform = Float(generator.next() >> 40) / Float(1 << 24)
    return uniform * uniform * uniform / 16
  }
}
