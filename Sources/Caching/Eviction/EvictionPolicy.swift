/// The columns of statistics that a policy ranks by.
package struct StatisticColumns: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Sum of the attention that a slot got from the counted queries.
  package static let sums = Self(rawValue: 1)
  /// Sum of the squares of it.
  package static let squares = Self(rawValue: 2)
  /// Attention that it got from the last query of the last counted chunk.
  package static let last = Self(rawValue: 4)

  /// How many columns that is.
  var count: Int { rawValue.nonzeroBitCount }
}

/// When and where an eviction happens: what a rule may depend on besides the slots.
package struct EvictionMoment: Sendable {
  package var phase: EvictionPhase
  /// The budget in slots, of which scopes are shares.
  package var budgetSlots: Int
  package var stride: Int
  package var sinks: Int
  package var seed: UInt64
  package var layer: Int
  package var head: Int
  /// Tokens fed so far; each eviction of a sequence has another.
  package var fedTokens: Int
}

/// Decides what the candidates of one (layer, KV head) are worth; `VictimPicker` then takes the least worthy.
///
/// A policy is a value of its parameters. It keeps no state, owns no storage and sees no protected slot.
package protocol EvictionPolicy: Sendable {
  /// What the registry tells about the policy, and how it is made.
  static var description: EvictionPolicyDescription { get }

  /// Sets the worth of every candidate: the lowest goes first, of equals the older position.
  ///
  /// - Parameters:
  ///   - slots: the candidates, in no order of age.
  ///   - moment: when and where.
  ///   - worth: one number a candidate, not NaN; undefined before.
  ///   - spare: as many keys, for the rule's own use.
  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>)
}
