@testable import Caching

/// RoCo by the letter of its definition, or with one detail of it wrong.
struct RoCoVariant: EvictionPolicy {
  enum Detail {
    case none
    /// The deviation of a sample in place of the population's.
    case sampleDeviation
    /// The sum of attention in place of its mean.
    case sum
    /// Counts that leave out the slot's own query.
    case lateCount
  }

  static var description: EvictionPolicyDescription { RoCo.description }

  let detail: Detail

  var needs: StatisticNeeds { StatisticNeeds(sums: true, squares: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    let budget = moment.budgetSlots
    let size =
      moment.phase == .prefill
      ? max(budget - budget / 10 - moment.sinks, moment.stride) : budget - budget * 3 / 10
    var deviations: [RankKey] = []
    for slot in 0..<slots.count { deviations.append(slots.key(deviation(slot, slots), slot)) }
    let scope = deviations.indices.sorted { deviations[$0] < deviations[$1] }.prefix(size)
    for slot in worth.indices { worth[slot] = .infinity }
    for slot in scope { worth[slot] = mean(slot, slots) }
  }

  private func count(_ slot: Int, _ slots: borrowing SlotStatistics) -> Float {
    let count = 1 / slots.perQuery[slot]
    return detail == .lateCount ? count - 1 : count
  }

  private func mean(_ slot: Int, _ slots: borrowing SlotStatistics) -> Float {
    detail == .sum ? slots.sum(slot) : slots.sum(slot) / count(slot, slots)
  }

  private func deviation(_ slot: Int, _ slots: borrowing SlotStatistics) -> Float {
    let count = count(slot, slots)
    let mean = slots.sum(slot) / count
    let variance = max(0, slots.squares[slot] / count - mean * mean)
    return (detail == .sampleDeviation ? variance * count / max(count - 1, 1) : variance).squareRoot()
  }
}
