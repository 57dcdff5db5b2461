/// The free pages of a pool, as runs: a sequence gets its pages side by side wherever that is possible.
///
/// Runs are kept in ascending order and never touch each other, so that what was given back joins again.
struct FreePages {
  private var runs: [Range<UInt32>]
  private(set) var count: Int

  /// All pages below `count` are free.
  init(count: Int) {
    runs = [0..<UInt32(count)]
    self.count = count
  }

  /// Takes `wanted` pages, of which there must be enough: from the first run that holds them all, else from several.
  ///
  /// O(runs).
  mutating func take(_ wanted: Int) -> [Range<UInt32>] {
    precondition(wanted <= count, "reservations keep within the limit")
    count -= wanted
    if let index = runs.firstIndex(where: { $0.count >= wanted }) { return [cut(wanted, from: index)] }
    var taken: [Range<UInt32>] = []
    var missing = wanted
    while missing > 0 {
      let run = cut(min(missing, runs[0].count), from: 0)
      taken.append(run)
      missing -= run.count
    }
    return taken
  }

  /// Takes back what `take` gave.
  ///
  /// O(runs).
  mutating func giveBack(_ returned: [Range<UInt32>]) {
    count += returned.reduce(0) { $0 + $1.count }
    let all = (runs + returned).sorted { $0.lowerBound < $1.lowerBound }
    runs.removeAll(keepingCapacity: true)
    for run in all {
      if let last = runs.last, last.upperBound == run.lowerBound {
        runs[runs.count - 1] = last.lowerBound..<run.upperBound
      } else {
        runs.append(run)
      }
    }
  }

  private mutating func cut(_ wanted: Int, from index: Int) -> Range<UInt32> {
    let run = runs[index]
    let middle = run.lowerBound + UInt32(wanted)
    if middle == run.upperBound { runs.remove(at: index) } else { runs[index] = middle..<run.upperBound }
    return run.lowerBound..<middle
  }
}
