package import Kernels

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
  /// How many candidates of the head are to go, or may.
  package var victims: Int
  /// Tokens fed so far; each eviction of a sequence has another.
  package var fedTokens: Int
  /// How the model turns keys and queries by their position.
  package var rotary: RotaryEmbedding
}

/// Decides what the candidates of one (layer, KV head) are worth; `VictimPicker` then takes the least worthy.
///
/// A policy is a value of its parameters. It keeps no state, owns no storage and sees no protected slot.
package protocol EvictionPolicy: Sendable {
  /// What the registry tells about the policy, and how it is made.
  static var description: EvictionPolicyDescription { get }

  /// What has to be kept and gathered for it.
  var needs: StatisticNeeds { get }

  /// Generated tokens from one eviction to the next: the cache grows by so many and is then cut back to its budget.
  var interval: Int { get }

  /// Sets the worth of every candidate: the lowest goes first, of equals the older position.
  ///
  /// - Parameters:
  ///   - slots: the candidates, in no order of age.
  ///   - moment: when and where.
  ///   - worth: one number a candidate, at least 0 (infinity where it must stay if it can), not NaN; undefined before.
  ///   - spare: as many keys, for the rule's own use.
  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>)

  /// The candidate that is worth least by `rank`, or nil if only ranking all of them tells.
  ///
  /// In generation one slot goes at a time: a policy whose `rank` costs more than finding that one says it here.
  ///
  /// - Parameters:
  ///   - slots: the candidates, at least one, in no order of age.
  ///   - moment: when and where.
  ///   - spare: one number a candidate, for the rule's own use; undefined before.
  /// - Returns: the candidate's number.
  func leastWorthy(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, spare: inout MutableSpan<Float>
  ) -> Int?

  /// Notes a counted query's attention in the policy's own columns; called for each query since the last eviction, in order.
  ///
  /// - Parameters:
  ///   - attention: of all live slots, protected ones too, by slot; 0 for what the query does not see.
  ///   - query: number of the query among all tokens of the sequence.
  ///   - memory: `needs.memoryColumns` columns of `attention.count` numbers, one after the other; 0 in a new slot.
  func observe(_ attention: Span<Float>, of query: Int, memory: inout MutableSpan<Float>)
}

extension EvictionPolicy {
  package var needs: StatisticNeeds { StatisticNeeds() }
  package var interval: Int { 1 }
  package func leastWorthy(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, spare: inout MutableSpan<Float>
  ) -> Int? { nil }
  package func observe(_ attention: Span<Float>, of query: Int, memory: inout MutableSpan<Float>) {}
}
