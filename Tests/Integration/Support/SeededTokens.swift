/// Token ids that are the same in every run, for prompts whose length matters and whose text does not.
enum SeededTokens {
  /// By SplitMix64 (Steele, Lea and Flood), all of them ordinary tokens of the model's vocabulary.
  static func make(_ count: Int, seed: UInt64 = 1) -> [Int] {
    var state = seed
    return (0..<count).map { _ in
      state &+= 0x9E37_79B9_7F4A_7C15
      var bits = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      return 100 + Int((bits ^ (bits >> 31)) % 40_000)
    }
  }
}
