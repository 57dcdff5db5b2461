import Foundation

/// Softmax attention of the new tokens in double precision, over the keys and values that lie in the cache, but for the newest ones of a
/// token, which are those of the page that keeps them.
struct AttentionReference {
  var outputs: [[Double]] = []
  var sums: [[Double]]
  var squares: [[Double]]
  var window: [[Double]]

  /// `key(head, slot)` is what attention reads; what is stored by default.
  init(
    _ fixture: AttentionFixture, queries: [[Float]], halves: Bool = false,
    key: ((Int, Int) -> [Double])? = nil
  ) {
    let newestKey = { (fixture: AttentionFixture, head: Int, slot: Int) -> [Double] in
      let key = fixture.newest?.key(head, slot) ?? []
      guard fixture.sizes.turnsKeys else { return key }
      let turned = turn(key, position: Int(fixture.keyPositions[head][slot]), halves: halves)
      return turned.map { Double(Float16($0)) }
    }
    let sizes = fixture.sizes
    let wide = { (columns: [[Float]]) in columns.map { $0.map { Double($0) } } }
    (sums, squares, window) = (wide(fixture.sums), wide(fixture.squares), wide(fixture.window))
    outputs = queries.map { _ in [] }
    for head in 0..<sizes.kvHeads {
      let keys = (0..<sizes.slotCount).map { key?(head, $0) ?? fixture.key(head, $0) }
      let values = (0..<sizes.slotCount).map { fixture.value(head, $0) }
      for token in queries.indices {
        let isNewest = (0..<sizes.slotCount).map { fixture.newest?.isNewest(head, $0, token) ?? false }
        let tokenKeys = keys.indices.map { slot in
          isNewest[slot] ? newestKey(fixture, head, slot) : keys[slot]
        }
        let tokenValues = values.indices.map { slot in
          isNewest[slot] ? fixture.newest?.value(head, slot) ?? [] : values[slot]
        }
        let hidden = Set(fixture.newSlots[head][(token + 1)...])
        var mean = [Double](repeating: 0, count: sizes.slotCount)
        var largest = [Double](repeating: -.infinity, count: sizes.slotCount)
        for member in 0..<sizes.group {
          let start = (head * sizes.group + member) * sizes.dimension
          let query = queries[token][start..<start + sizes.dimension].map { Double($0) }
          let logits = tokenKeys.enumerated().map { slot, key in
            hidden.contains(Int32(slot)) ? -.infinity : zip(query, key).reduce(0) { $0 + $1.0 * $1.1 }
          }
          let weights = Self.softmax(logits)
          largest = zip(largest, logits).map { max($0, $1) }
          for slot in weights.indices { mean[slot] += weights[slot] / Double(sizes.group) }
          outputs[token] += (0..<sizes.dimension).map { d in
            weights.indices.reduce(0) { weights[$1] == 0 ? $0 : $0 + weights[$1] * tokenValues[$1][d] }
          }
        }
        let joined = sizes.joinsByMaximum ? Self.softmax(largest) : mean
        for slot in joined.indices {
          sums[head][slot] += joined[slot]
          squares[head][slot] += joined[slot] * joined[slot]
        }
        let row = (fixture.firstPosition + token) % sizes.windowRows * sizes.windowStride
        window[head].replaceSubrange(row..<row + sizes.slotCount, with: joined)
      }
    }
  }

  private static func softmax(_ scores: [Double]) -> [Double] {
    let greatest = scores.max() ?? 0
    // Queries carry log2(e), so that powers of two are exponentials.
    let weights = scores.map { exp2($0 - greatest) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }
}

/// A head turned to a position in double precision.
func turn(_ x: [Double], position: Int, halves: Bool, base: Double = 10000) -> [Double] {
  var out = x
  let pairs = x.count / 2
  for pair in 0..<pairs {
    let angle = Double(position) * pow(base, -2 * Double(pair) / Double(x.count))
    let (a, b) = halves ? (pair, pair + pairs) : (2 * pair, 2 * pair + 1)
    out[a] = x[a] * cos(angle) - x[b] * sin(angle)
    out[b] = x[b] * cos(angle) + x[a] * sin(angle)
  }
  return out
}

/// The greatest difference of two tables of the same shape; infinite where shapes differ or a number is none.
func worst(_ a: [[Float]], _ b: [[Double]]) -> Double {
  var worst = 0.0
  for (row, other) in zip(a, b) {
    guard row.count == other.count else { return .infinity }
    for (value, expected) in zip(row, other) {
      let error = abs(Double(value) - expected)
      worst = error.isFinite ? max(worst, error) : .infinity
    }
  }
  return worst
}
