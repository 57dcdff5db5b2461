import Synchronization

@testable import Caching

/// A policy whose every choice is compared with EasyKV's.
struct ComparedPolicy: EvictionPolicy {
  /// Not asked for: a plan keeps the description of the policy that it was made with.
  static var description: EvictionPolicyDescription { Full.description }

  let rule: any EvictionPolicy
  let golden: GoldenRun
  let shape: CacheShape
  /// Whether EasyKV's choice is then made, so that the next ones are again comparable.
  let adopts: Bool
  let comparison: Comparison

  var needs: StatisticNeeds { rule.needs }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    rule.rank(slots, at: moment, worth: &worth, spare: &spare)
    let choice = Choice(slots, worth, count: moment.phase == .prefill ? moment.stride : 1)
    let wanted = wanted(choice, moment)
    comparison.add(
      Comparison.Decision(
        policy: golden.request.policy, layer: moment.layer,
        isListed: golden.listedLayers.contains(moment.layer),
        margin: wanted == choice.victims ? nil : choice.margin(to: wanted)))
    if adopts { for candidate in worth.indices { worth[candidate] = wanted.contains(candidate) ? 0 : 1 } }
  }

  /// What EasyKV evicted or, in a layer of which only the end is known, the least worthy of what does not remain there.
  private func wanted(_ choice: Choice, _ moment: EvictionMoment) -> Set<Int> {
    let (layer, head) = (moment.layer, moment.head)
    if let victims = golden.victims(layer: layer, head: head, fed: moment.fedTokens, kvHeads: shape.kvHeads) {
      let victims = Set(victims)
      return Set(choice.order.filter { victims.contains(choice.positions[$0]) })
    }
    let kept = golden.kept(layer: layer, head: head, layers: shape.layers, kvHeads: shape.kvHeads)
    return Set(choice.order.lazy.filter { !kept.contains(choice.positions[$0]) }.prefix(choice.count))
  }
}

/// One eviction in one head: what the rule made of its candidates.
private struct Choice {
  let count: Int
  var positions: [Int32] = []
  /// Candidates, least worthy first.
  let order: [Int]
  /// The number by which each is ranked among those in scope.
  private var numbers: [Float] = []
  private var isInScope: [Bool] = []
  /// Standard deviations, of rules that have a scope.
  private var deviations: [Float] = []

  var victims: Set<Int> { Set(order.prefix(count)) }

  init(_ slots: borrowing SlotStatistics, _ worth: borrowing MutableSpan<Float>, count: Int) {
    self.count = count
    var keys: [RankKey] = []
    for candidate in 0..<slots.count {
      keys.append(slots.key(worth[candidate], candidate))
      positions.append(slots.position(candidate))
      isInScope.append(worth[candidate].isFinite)
      numbers.append(worth[candidate].isFinite ? worth[candidate] : slots.mean(candidate))
      deviations.append(slots.variance(candidate).squareRoot())
    }
    order = keys.indices.sorted { keys[$0] < keys[$1] }
  }

  /// The smallest relative change of the numbers that decide which makes `wanted` the rule's victims; infinite if nothing does.
  ///
  /// Who is wanted must come into scope; who ranks below the highest of them must rise to it or fall out of scope.
  func margin(to wanted: Set<Int>) -> Float {
    guard wanted.count == count else { return .infinity }
    let candidates = numbers.indices
    let inside = candidates.filter { isInScope[$0] }.map { deviations[$0] }.max() ?? 0
    let outside = candidates.filter { !isInScope[$0] }.map { deviations[$0] }.min()
    let bar = wanted.map { numbers[$0] }.max() ?? 0
    return candidates.map { candidate -> Float in
      if wanted.contains(candidate) {
        return isInScope[candidate] ? 0 : Self.distance(inside, deviations[candidate])
      }
      guard isInScope[candidate], numbers[candidate] < bar else { return 0 }
      let rise = Self.distance(numbers[candidate], bar)
      return outside.map { min(rise, Self.distance(deviations[candidate], $0)) } ?? rise
    }.max() ?? 0
  }

  private static func distance(_ lower: Float, _ higher: Float) -> Float {
    higher > lower ? (higher - lower) / higher : 0
  }
}

/// All choices of some runs beside EasyKV's.
final class Comparison: Sendable {
  struct Decision: Sendable {
    let policy: String
    let layer: Int
    /// Whether EasyKV's victims are known; if not, only that it kept what was about to be evicted.
    let isListed: Bool
    /// How far the rule was from EasyKV's choice; nil where both are the same.
    let margin: Float?
  }

  private let log = Mutex<[Decision]>([])

  var decisions: [Decision] { log.withLock { $0 } }

  func add(_ decision: Decision) { log.withLock { $0.append(decision) } }
}
