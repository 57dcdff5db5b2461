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
