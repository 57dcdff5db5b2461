/// The candidates of one (layer, KV head): what a policy may know of them.
///
/// Candidates are numbered `0 ..< count` in no order of age. Only what the policy's `needs` say is filled.
package struct SlotStatistics: ~Copyable {
  /// Number of candidates.
  package internal(set) var count = 0
  /// Candidates for which there is room.
  var capacity: Int { slots.count }

  var slots: [Int32]
  var positions: [Int32]
  var sums: [Float]
  var squares: [Float]
  var windowMeans: [Float]
  /// One over the number of queries that have seen the slot, its own included: a division a slot instead of five in RoCo.
  var perQuery: [Float]
  var valueNorms: [Float]
  /// The policy's own columns, `[memoryColumns][capacity]`.
  var memory: [Float] = []
  /// Candidates by ascending position.
  package internal(set) var order: [Int32] = []
  /// `[count, headDimension]`.
  package internal(set) var keys: [Float] = []
  package internal(set) var values: [Float] = []
  /// Keys of the live slots that are no candidates, `[protectedCount, headDimension]`, in no order.
  package internal(set) var protectedKeys: [Float] = []
  /// Mean of the queries before rotation, `[group, headDimension]`, and their variance.
  package internal(set) var queryMeans: [Float] = []
  package internal(set) var queryVariances: [Float] = []
  /// Values in a key.
  package internal(set) var headDimension = 0

  init(capacity: Int) {
    slots = Array(repeating: 0, count: capacity)
    positions = slots
    sums = Array(repeating: 0, count: capacity)
    squares = sums
    windowMeans = sums
    perQuery = sums
    valueNorms = sums
  }

  /// Original position of a candidate's token.
  package func position(_ candidate: Int) -> Int32 { positions[candidate] }
  /// Attention that it got from all counted queries.
  package func sum(_ candidate: Int) -> Float { sums[candidate] }
  /// Mean attention that it got from the last queries, as many as the policy's window has rows (or as have been counted).
  package func windowMean(_ candidate: Int) -> Float { windowMeans[candidate] }
  /// Mean attention of the counted queries that have seen it.
  package func mean(_ candidate: Int) -> Float { sums[candidate] * perQuery[candidate] }
  /// Sum of the magnitudes of its value, `|v|_1`.
  package func valueNorm(_ candidate: Int) -> Float { valueNorms[candidate] }
  /// A number of the policy's own.
  package func memory(_ candidate: Int, column: Int) -> Float { memory[column * capacity + candidate] }

  /// Takes candidates out whose position is one of these, before anything else is known of them.
  mutating func removePositions(_ isOut: (Int32) -> Bool) {
    var kept = 0
    for candidate in 0..<count where !isOut(positions[candidate]) {
      (slots[kept], positions[kept]) = (slots[candidate], positions[candidate])
      kept += 1
    }
    count = kept
  }

  /// Lists the candidates by position; O(n log n).
  mutating func sortByPosition() {
    order.removeAll(keepingCapacity: true)
    order.append(contentsOf: 0..<Int32(count))
    let positions = positions
    order.sort { positions[Int($0)] < positions[Int($1)] }
  }

  /// Live slots that are no candidates, if the policy needs their keys.
  package var protectedCount: Int { protectedKeys.count / max(1, headDimension) }

  /// Query heads whose moments are here: those of the group.
  package var queryHeads: Int { queryMeans.count / max(1, headDimension) }

  /// Where a candidate's key lies in `keys` and its value in `values`, or a query head's moments in theirs.
  package func channels(_ row: Int) -> Range<Int> {
    row &* headDimension..<(row &+ 1) &* headDimension
  }

  /// Population variance of that attention; rounding cannot make it negative.
  package func variance(_ candidate: Int) -> Float {
    let mean = mean(candidate)
    return max(0, squares[candidate] * perQuery[candidate] - mean * mean)
  }

  /// A number of a candidate as a key, ties going to the older one.
  package func key(_ number: Float, _ candidate: Int) -> RankKey {
    RankKey(number, position: positions[candidate])
  }
}

/// What is asked of all candidates at once, sixteen at a time: numbers are compared as they are, as packed into keys they would
/// take several times as long.
extension SlotStatistics {
  /// Sets one number for each candidate to its mean.
  func setMeans(_ means: inout MutableSpan<Float>) {
    precondition(means.count == count && count > 0, "a number for each candidate")
    let (sums, perQuery) = (sums.span.extracting(0..<count), perQuery.span.extracting(0..<count))
    for candidate in 0..<count { means[candidate] = sums[candidate] * perQuery[candidate] }
  }

  /// The candidate whose key is the lowest if `numbers` are theirs.
  func least(_ numbers: Span<Float>) -> Int {
    precondition(numbers.count == count && count > 0, "a number for each candidate")
    // NaN has an order in keys only.
    guard count >= 16, let lowest = numbers.lowest else { return leastByKeys(numbers) }
    let positions = positions.span.extracting(0..<count)
    var (oldest, place) = (Int32.max, 0)
    for next in stride(from: 0, to: count, by: 16) {
      let start = min(next, count &- 16)
      let part = numbers.lanes(start)
      guard part.has(lowest) else { continue }
      let age = positions.lanes(start).replacing(with: .max, where: part .!= lowest).min()
      if age < oldest { (oldest, place) = (age, start) }
    }
    while positions[place] != oldest { place += 1 }
    return place
  }

  private func leastByKeys(_ numbers: Span<Float>) -> Int {
    var least = 0
    for candidate in 1..<count where key(numbers[candidate], candidate) < key(numbers[least], least) {
      least = candidate
    }
    return least
  }

  /// Whether a candidate is among the `scope` of the lowest variances, of equals the older.
  ///
  /// Looks only until as many others vary more as are out of scope.
  func isSteady(_ candidate: Int, among scope: Int) -> Bool {
    let (sums, squares) = (sums.span.extracting(0..<count), squares.span.extracting(0..<count))
    let (perQuery, positions) = (perQuery.span.extracting(0..<count), positions.span.extracting(0..<count))
    // A variance is not NaN: numbers order like keys but for ties.
    let limit = SIMD16(repeating: variance(candidate))
    let age = SIMD16(repeating: positions[candidate])
    let whole = count & ~15
    var steadier = 0
    for start in stride(from: 0, to: whole, by: 16) {
      // The candidate itself is not steadier.
      if start &- steadier > count &- scope { return true }
      let share = perQuery.lanes(start)
      let mean = sums.lanes(start) * share
      let spread = squares.lanes(start) * share - mean * mean
      // NaN becomes 0, as in `variance`.
      let variance = SIMD16().replacing(with: spread, where: spread .>= 0)
      let isOlder = SIMD16<Int32>().replacing(with: 1, where: positions.lanes(start) .< age)
      // One mask at a time: of masks joined the compiler makes bytes and back.
      let isAhead = SIMD16<Int32>().replacing(with: isOlder, where: variance .== limit)
      steadier &+= isAhead.replacing(with: 1, where: variance .< limit).total
    }
    let key = key(variance(candidate), candidate)
    for other in whole..<count where self.key(variance(other), other) < key { steadier += 1 }
    return steadier < scope
  }
}
