/// Positions of the prompt that are never evicted.
struct Pins: Sendable {
  /// Ascending and apart.
  let ranges: [Range<Int>]
  /// Whether a position is pinned, up to the last one that is.
  private let isPinned: [Bool]

  /// - Throws: `CacheError.outOfRange` for positions outside the prompt.
  init(_ wanted: [Range<Int>], promptTokens: Int) throws(CacheError) {
    for range in wanted where range.lowerBound < 0 || range.upperBound > promptTokens {
      throw .outOfRange(
        option: "pins", value: "\(range.lowerBound)..<\(range.upperBound)",
        expected: "positions of the prompt, 0..<\(promptTokens)")
    }
    var pinned = Array(repeating: false, count: wanted.map(\.upperBound).max() ?? 0)
    for position in wanted.joined() { pinned[position] = true }
    var merged: [Range<Int>] = []
    for position in pinned.indices where pinned[position] {
      if let last = merged.last, last.upperBound == position {
        merged[merged.count - 1] = last.lowerBound..<position + 1
      } else {
        merged.append(position..<position + 1)
      }
    }
    ranges = merged
    isPinned = pinned
  }

  var isEmpty: Bool { ranges.isEmpty }

  func contains(_ position: Int32) -> Bool { position < isPinned.count && isPinned[Int(position)] }

  /// How many positions from `first` on are pinned.
  func count(from first: Int) -> Int {
    ranges.reduce(0) { $0 + max(0, $1.upperBound - max(first, $1.lowerBound)) }
  }
}
