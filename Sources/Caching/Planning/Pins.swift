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
        option: "pins", value: "\(range.lowerBound) to \(range.upperBound &- 1)",
        expected: "positions of the prompt, 0 to \(promptTokens - 1)")
    }
    var merged: [Range<Int>] = []
    for range in wanted.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    var pinned = Array(repeating: false, count: merged.last?.upperBound ?? 0)
    for position in merged.joined() { pinned[position] = true }
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
