/// Gives up the slot that says what others say too and is attended to little: for long, repetitive generations.
///
/// Cai et al., arXiv 2505.24133. Attention is the mean weight from the last 8 queries, a group's heads joined by their largest logits,
/// pooled over neighbouring positions. Redundancy is the softmax of each key's mean cosine to the other candidates' keys, where every
/// key leaves out the newest that resembles it: of several alike the newest stays. Worth is lambda * attention - (1 - lambda) *
/// redundancy, shifted to be at least 0. O(n^2 * head dimension) if no keys are alike, less if many are; every `interval` tokens.
struct RKV: EvictionPolicy {
  static let lambdaParameter = PolicyParameter(
    name: "lambda", summary: "weight of attention against redundancy", defaultValue: 0.1, range: 0...1)
  static let thresholdParameter = PolicyParameter(
    name: "threshold", summary: "cosine above which two keys are alike", defaultValue: 0.5, range: 0...1)
  static let intervalParameter = PolicyParameter.interval(128)

  static let description = EvictionPolicyDescription(
    name: "rkv", summary: "evicts what is attended to little and resembles other slots",
    parameters: [lambdaParameter, thresholdParameter, intervalParameter], prefillRecent: .slots(8),
    decodeRecent: .slots(8),
    make: {
      RKV(
        lambda: Float($0[lambdaParameter]), threshold: Float($0[thresholdParameter]),
        interval: Int($0[intervalParameter]))
    })

  /// Neighbours over which attention is pooled, as in SnapKV.
  static let pool = 7

  var lambda: Float
  var threshold: Float
  var interval: Int

  var needs: StatisticNeeds { StatisticNeeds(windowRows: 8, keys: true, order: true, joinsByMaximum: true) }

  func rank(
    _ slots: borrowing SlotStatistics, at moment: EvictionMoment, worth: inout MutableSpan<Float>,
    spare: inout MutableSpan<RankKey>
  ) {
    let redundancy = Redundancy(slots, threshold: threshold).shares
    let most = redundancy.max() ?? 0
    for slot in worth.indices { worth[slot] = slots.windowMean(slot) }
    MaxPool.apply(to: &worth, order: slots.order, width: Self.pool, spare: &spare)
    for rank in worth.indices {
      let slot = Int(slots.order[rank])
      worth[slot] = lambda * worth[slot] + (1 - lambda) * (most - redundancy[rank])
    }
  }
}

/// How much the candidates resemble each other; all by rank of age, oldest first.
private struct Redundancy {
  /// Sum of each key's cosines to the others, then their mean, then the softmax of that.
  private(set) var shares: [Float]

  init(_ slots: borrowing SlotStatistics, threshold: Float) {
    shares = Array(repeating: 0, count: slots.count)
    let units = UnitKeys(slots)
    units.addCosineSums(to: &shares)
    leaveOutNewestAlike(units, threshold)
    for rank in shares.indices { shares[rank] /= Float(slots.count) }
    var span = shares.mutableSpan
    span.applySoftmax(at: span.indices)
  }

  /// Takes each key's cosine to the newest other that is alike out of that one's sum.
  ///
  /// Looks at pairs from the newest on, each once, and passes by blocks in which all have found their newest.
  private mutating func leaveOutNewestAlike(_ units: borrowing UnitKeys, _ threshold: Float) {
    var hasFound = [Bool](repeating: false, count: shares.count)
    var missing = (0..<units.blocks).map { min(UnitKeys.block, shares.count - $0 * UnitKeys.block) }
    func find(_ rank: Int) {
      hasFound[rank] = true
      missing[rank / UnitKeys.block] -= 1
    }
    for newer in shares.indices.reversed() {
      let key = units.key(newer)
      for block in (0...newer / UnitKeys.block).reversed() where missing[block] > 0 || !hasFound[newer] {
        let cosines = units.cosines(of: key.span, toBlock: block)
        guard any(cosines .> threshold) else { continue }
        for lane in (0..<UnitKeys.block).reversed() where cosines[lane] > threshold {
          let older = block * UnitKeys.block + lane
          guard older < newer else { continue }
          if !hasFound[older] {
            shares[newer] -= cosines[lane]
            find(older)
          }
          if !hasFound[newer] {
            shares[older] -= cosines[lane]
            find(newer)
          }
        }
      }
    }
  }
}

/// Keys at length 1, or 0, by rank of age; a block of neighbours is compared with a key at once.
private struct UnitKeys: ~Copyable {
  static let block = 16
  let blocks: Int
  /// `[blocks, width, block]`, zeros after the last key.
  private var numbers: [Float]
  private let width: Int

  init(_ slots: borrowing SlotStatistics) {
    width = slots.headDimension
    blocks = (slots.count + Self.block - 1) / Self.block
    numbers = Array(repeating: 0, count: blocks * width * Self.block)
    for rank in 0..<slots.count {
      let key = slots.keys.span.extracting(slots.channels(Int(slots.order[rank])))
      let square = key.dot(key)
      let factor = square > 0 ? 1 / square.squareRoot() : 0
      for channel in key.indices { numbers[place(rank, channel)] = key[channel] * factor }
    }
  }

  /// Adds each key's product with the sum of all others, which is the sum of its cosines to them.
  func addCosineSums(to sums: inout [Float]) {
    for channel in 0..<width {
      let total = sums.indices.reduce(Float(0)) { $0 + numbers[place($1, channel)] }
      for rank in sums.indices {
        let number = numbers[place(rank, channel)]
        sums[rank] += number * (total - number)
      }
    }
  }

  func key(_ rank: Int) -> [Float] { (0..<width).map { numbers[place(rank, $0)] } }

  func cosines(of key: Span<Float>, toBlock block: Int) -> SIMD16<Float> {
    let neighbours = numbers.span.extracting(
      block * width * Self.block..<(block + 1) * width * Self.block)
    var cosines = SIMD16<Float>()
    for channel in key.indices { cosines += neighbours.lanes(channel &* Self.block) * key[channel] }
    return cosines
  }

  private func place(_ rank: Int, _ channel: Int) -> Int {
    (rank / Self.block * width + channel) * Self.block + rank % Self.block
  }
}
