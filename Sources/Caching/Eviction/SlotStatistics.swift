/// The candidates of one (layer, KV head): what a policy may know of them.
///
/// Candidates are numbered `0 ..< count` in no order of age. Only the columns that the policy declared are filled.
package struct SlotStatistics: ~Copyable {
  /// Number of candidates.
  package internal(set) var count = 0
  /// Candidates for which there is room.
  var capacity: Int { slots.count }

  var slots: [Int32]
  var positions: [Int32]
  var sums: [Float]
  var squares: [Float]
  var lastRow: [Float]
  /// One over the number of queries that have seen the slot, its own included: a division a slot instead of five in RoCo.
  var perQuery: [Float]

  init(capacity: Int) {
    slots = Array(repeating: 0, count: capacity)
    positions = slots
    sums = Array(repeating: 0, count: capacity)
    squares = sums
    lastRow = sums
    perQuery = sums
  }

  /// Original position of a candidate's token.
  package func position(_ candidate: Int) -> Int32 { positions[candidate] }
  /// Attention that it got from all counted queries.
  package func sum(_ candidate: Int) -> Float { sums[candidate] }
  /// Attention that it got from the last query.
  package func last(_ candidate: Int) -> Float { lastRow[candidate] }
  /// Mean attention of the counted queries that have seen it.
  package func mean(_ candidate: Int) -> Float { sums[candidate] * perQuery[candidate] }

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
