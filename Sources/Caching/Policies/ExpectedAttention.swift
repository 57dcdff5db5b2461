import Glibc
import Kernels

/// Gives up the slot that coming queries are expected to use least: expected attention times length of value.
///
/// Devoto, Jeblick and Jegou, arXiv 2510.00636. The queries of a head, before rotation, are taken to be normal, each channel on its
/// own, with the mean m and the variances V of those seen so far; the next `horizon` positions turn them by a matrix whose average is
/// R. A slot's expected weight then goes with exp(k.Rm / sqrt(d) + k.RVR'k / 2d), and its softmax is taken over the candidates.
/// O(n * head dimension * query heads in the group), every `interval` tokens.
struct ExpectedAttention: EvictionPolicy {
  static let intervalParameter = PolicyParameter.interval(128)
  static let horizonParameter = PolicyParameter(
    name: "horizon", summary: "coming positions over which the rotation of queries is averaged",
    defaultValue: 512, range: 1...65536, isWhole: true)

  static let description = EvictionPolicyDescription(
    name: "expected", summary: "evicts the slot that coming queries are expected to use least",
    parameters: [intervalParameter, horizonParameter], needsOriginalPositions: true,
    make: {
      ExpectedAttention(interval: Int($0[intervalParameter]), horizon: Int($0[horizonParameter]))
    })

  var interval: Int
  var horizon: Int

  var needs: StatisticNeeds { StatisticNeeds(queryMoments: true, keys: true, values: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    let rotation = MeanRotation(moment.rotary, from: moment.fedTokens, count: horizon)
    var logits = Self.logits(slots, rotation)
    var attention = logits.mutableSpan
    for slot in worth.indices { worth[slot] = 0 }
    for head in 0..<slots.queryHeads {
      let row = head * slots.count..<(head + 1) * slots.count
      attention.applySoftmax(at: row)
      worth.add(attention.span.extracting(row), times: 1 / Float(slots.queryHeads))
    }
    let values = slots.values.span
    for slot in worth.indices {
      let value = values.extracting(slots.channels(slot))
      worth[slot] *= value.dot(value).squareRoot()
    }
  }

  /// Logarithm of the expected weights, `[query heads, candidates]`.
  private static func logits(_ slots: borrowing SlotStatistics, _ rotation: MeanRotation) -> [Float] {
    let width = Float(slots.headDimension)
    let means = slots.queryMeans.map { $0 / width.squareRoot() }
    let variances = slots.queryVariances.map { $0 / (2 * width) }
    var logits = [Float](repeating: 0, count: slots.queryHeads * slots.count)
    var key = [Float](repeating: 0, count: slots.headDimension)
    var square = key
    for slot in 0..<slots.count {
      // R goes to the key, transposed: once for all query heads, and V stays a diagonal.
      rotation.turnBack(slots.keys.span.extracting(slots.channels(slot)), into: &key)
      for channel in key.indices { square[channel] = key[channel] * key[channel] }
      for head in 0..<slots.queryHeads {
        logits[head * slots.count + slot] =
          key.span.dot(means.span.extracting(slots.channels(head)))
          + square.span.dot(variances.span.extracting(slots.channels(head)))
      }
    }
    return logits
  }
}

/// The average of the rotations of `count` neighbouring positions: each pair of channels is turned and shrunk.
struct MeanRotation {
  private let cosines: [Float]
  private let sines: [Float]
  private let pairsHalves: Bool

  /// Sums the angles' geometric series in closed form: sin(count f / 2) / sin(f / 2) times the middle angle's rotation.
  init(_ rotary: RotaryEmbedding, from first: Int, count: Int) {
    let means = rotary.frequencies.map { frequency in
      let middle = frequency * (Double(first) + Double(count - 1) / 2)
      let step = sin(frequency / 2)
      let shrunk = step == 0 ? 1 : sin(Double(count) * frequency / 2) / (Double(count) * step)
      let length = rotary.magnitude * shrunk
      return (cosine: Float(length * cos(middle)), sine: Float(length * sin(middle)))
    }
    cosines = means.map(\.cosine)
    sines = means.map(\.sine)
    pairsHalves = rotary.pairsHalves
  }

  /// Multiplies a key by the transposed matrix; channels that do not rotate stay as they are.
  func turnBack(_ key: Span<Float>, into turned: inout [Float]) {
    for channel in key.indices { turned[channel] = key[channel] }
    for pair in cosines.indices {
      let first = pairsHalves ? pair : 2 * pair
      let second = pairsHalves ? pair + cosines.count : first + 1
      turned[first] = cosines[pair] * key[first] + sines[pair] * key[second]
      turned[second] = cosines[pair] * key[second] - sines[pair] * key[first]
    }
  }
}
