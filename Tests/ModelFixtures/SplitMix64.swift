/// Steele, Lea and Flood's generator: seeded, so that a failure can be repeated.
package struct SplitMix64: RandomNumberGenerator {
  package var state: UInt64

  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Numbers that look like a normal distribution: each is a sum of four uniform ones, with variance `scale` squared.
  package mutating func normals(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in
      var sum: Float = 0
      for _ in 0..<4 { sum += Float.random(in: -1...1, using: &self) }
      return sum * scale * 0.866
    }
  }
}
