/// Gives up any candidate, each as likely as the others: the baseline that a policy has to beat.
///
/// The draw depends on nothing but the seed, the place, the moment and the slot's position, so a run can be repeated.
struct Random: EvictionPolicy {
  static let description = EvictionPolicyDescription(
    name: "random", summary: "evicts any candidate, drawn from the request's seed", make: { _ in Random() })

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    var draw = moment.seed
    for part in [moment.layer, moment.head, moment.fedTokens] {
      draw = Self.mixed(draw &+ UInt64(truncatingIfNeeded: part))
    }
    for slot in worth.indices {
      let bits = Self.mixed(draw &+ UInt64(truncatingIfNeeded: slots.position(slot)))
      worth[slot] = Float(bits >> 40)
    }
  }

  /// One step of SplitMix64, by Steele, Lea and Flood.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
