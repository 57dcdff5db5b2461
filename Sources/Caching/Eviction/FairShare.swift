/// Divides a head's candidates over the spans of a prompt (and over what follows them) in proportion to their lengths.
///
/// A span gives up slots only while it holds more than its share, so that no message is forgotten for another (the failure of
/// multi-instruction prompts described in arXiv 2510.00231). Divided is what protected slots leave of the budget.
struct FairShare {
  /// Ends of the spans, ascending; what lies between two spans belongs to the later one, what lies behind the last to one of its own.
  private let ends: [Int]
  private let shares: [Int]

  /// `budget` candidates are to remain when `fed` tokens have been fed.
  init(spans: [Range<Int>], fed: Int, budget: Int) {
    var ends = spans.map(\.upperBound).filter { $0 < fed }
    ends.append(fed)
    var start = 0
    shares = ends.map { end in
      defer { start = end }
      return (end - start) * budget / fed
    }
    self.ends = ends
  }

  /// Takes `count` candidates in the order of their keys, from spans that hold more than their share as long as there are such.
  ///
  /// O(n log n).
  func take(
    _ count: Int, of statistics: borrowing SlotStatistics, keys: [RankKey], victims: inout [Int32]
  ) {
    var spare = zip(held(statistics), shares).map { max(0, $0 - $1) }
    let order = (0..<statistics.count).sorted { keys[$0] < keys[$1] }
    var passed: [Int] = []
    for candidate in order where victims.count < count {
      let span = span(of: statistics.position(candidate))
      // What is guarded goes last even from a span that holds more than its share.
      if spare[span] > 0, !keys[candidate].number.isNaN {
        spare[span] -= 1
        victims.append(statistics.slots[candidate])
      } else {
        passed.append(candidate)
      }
    }
    // Where spans hold too few candidates to fill their shares, others give up more than theirs.
    for candidate in passed.prefix(count - victims.count) { victims.append(statistics.slots[candidate]) }
    victims.sort()
  }

  private func held(_ statistics: borrowing SlotStatistics) -> [Int] {
    var held = Array(repeating: 0, count: ends.count)
    for candidate in 0..<statistics.count { held[span(of: statistics.position(candidate))] += 1 }
    return held
  }

  private func span(of position: Int32) -> Int {
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if Int(position) < ends[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
