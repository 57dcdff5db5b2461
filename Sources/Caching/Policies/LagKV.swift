/// Gives up the slot whose key and value vary least over their channels, measured by the span of what came next.
///
/// Liang et al., arXiv 2504.04704. Candidates are cut into partitions of `lag` by position. Each channel of a partition is scaled by
/// the least and the greatest of the following partition; a slot's worth is the softmax, within its partition, of the deviation over
/// its scaled channels, for keys and values each half. The last partition and the rest after it, which nothing follows, stay. With
/// fewer than two partitions the oldest goes. O(n * head dimension), every `interval` tokens.
struct LagKV: EvictionPolicy {
  static let lagParameter = PolicyParameter(
    name: "lag", summary: "slots in a partition, by which the one before is scaled", defaultValue: 128,
    range: 2...1024, isWhole: true)
  static let intervalParameter = PolicyParameter.interval(128)

  static let description = EvictionPolicyDescription(
    name: "lagkv", summary: "evicts what stands out least from the keys and values that follow it",
    parameters: [lagParameter, intervalParameter],
    make: { LagKV(lag: Int($0[lagParameter]), interval: Int($0[intervalParameter])) })

  var lag: Int
  var interval: Int

  var needs: StatisticNeeds { StatisticNeeds(keys: true, values: true, order: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    let partitions = slots.count / lag
    guard partitions >= 2 else {
      for slot in worth.indices { worth[slot] = 0 }
      return
    }
    for slot in worth.indices { worth[slot] = .infinity }
    for partition in 0..<partitions - 1 {
      let members = partition * lag..<(partition + 1) * lag
      for rank in members { worth[Int(slots.order[rank])] = 0 }
      addHalf(of: slots.keys.span, members, in: slots, to: &worth)
      addHalf(of: slots.values.span, members, in: slots, to: &worth)
    }
  }

  /// Adds half the softmax of a partition's deviations.
  private func addHalf(
    of rows: Span<Float>, _ members: Range<Int>, in slots: borrowing SlotStatistics,
    to worth: inout MutableSpan<Float>
  ) {
    var scale = ChannelScale(channels: slots.headDimension)
    for rank in members {
      scale.widen(by: rows.extracting(slots.channels(Int(slots.order[rank + lag]))))
    }
    scale.invert()
    var deviations = members.map { scale.deviation(rows.extracting(slots.channels(Int(slots.order[$0])))) }
    var shares = deviations.mutableSpan
    shares.applySoftmax(at: shares.indices)
    for rank in members { worth[Int(slots.order[rank])] += shares[rank - members.lowerBound] / 2 }
  }
}

/// The least and the greatest of each channel, by which other rows are scaled.
private struct ChannelScale {
  private var least: [Float]
  private var greatest: [Float]
  private var inverseRange: [Float]
  private var scaled: [Float]
  private let ones: [Float]

  init(channels: Int) {
    least = Array(repeating: .infinity, count: channels)
    greatest = Array(repeating: -.infinity, count: channels)
    inverseRange = Array(repeating: 0, count: channels)
    scaled = inverseRange
    ones = Array(repeating: 1, count: channels)
  }

  mutating func widen(by row: Span<Float>) {
    for channel in row.indices {
      least[channel] = min(least[channel], row[channel])
      greatest[channel] = max(greatest[channel], row[channel])
    }
  }

  /// A channel that does not vary tells nothing, and would divide by zero.
  mutating func invert() {
    for channel in least.indices {
      let range = greatest[channel] - least[channel]
      inverseRange[channel] = range > 0 ? 1 / range : 0
    }
  }

  /// Sample standard deviation over the scaled channels of a row.
  mutating func deviation(_ row: Span<Float>) -> Float {
    for channel in row.indices { scaled[channel] = (row[channel] - least[channel]) * inverseRange[channel] }
    let mean = scaled.span.dot(ones.span) / Float(scaled.count)
    for channel in scaled.indices { scaled[channel] -= mean }
    return (scaled.span.dot(scaled.span) / Float(max(1, scaled.count - 1))).squareRoot()
  }
}
