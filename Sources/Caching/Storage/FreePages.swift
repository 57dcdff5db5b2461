/// The free pages of a pool, as runs: a sequence gets its pages side by side wherever that is possible.
///
/// Runs are kept in ascending order and never touch each other, so that what was given back joins again.
struct FreePages {
  private(set) var runs: [Range<UInt32>]
  private(set) var count: Int

  /// All pages below `count` are free.
  init(count: Int) {
    runs = [0..<UInt32(count)]
    self.count = count
  }

  /// Takes `wanted` pages, of which there must be enough: from the first run that holds them all, else from the longest ones.
  ///
  /// O(runs), or O(runs * log(runs)) where several are needed.
  mutating func take(_ wanted: Int) -> [Range<UInt32>] {
    precondition(wanted <= count, "reservations keep within the limit")
    guard wanted > 0 else { return [] }
    count -= wanted
    if let index = runs.firstIndex(where: { $0.count >= wanted }) { return [cut(wanted, from: index)] }
    var missing = wanted
    var taken: [Range<UInt32>] = []
    for run in runs.sorted(by: { $0.count > $1.count }) where missing > 0 {
      taken.append(run.prefix(missing).startIndex..<run.prefix(missing).endIndex)
      missing -= taken[taken.count - 1].count
    }
    taken.sort { $0.lowerBound < $1.lowerBound }
    remove(taken)
    return taken
  }

  /// Removes parts from the beginning of runs; ascending.
  private mutating func remove(_ taken: [Range<UInt32>]) {
    var next = taken[...]
    runs = runs.compactMap { run in
      guard let part = next.first, part.lowerBound == run.lowerBound else { return run }
      next.removeFirst()
      return part.upperBound == run.upperBound ? nil : part.upperBound..<run.upperBound
    }
  }

  /// Takes back what `take` gave, in whatever pieces.
  ///
  /// O(runs + returned * log(returned)).
  mutating func giveBack(_ returned: [Range<UInt32>]) {
    count += returned.reduce(0) { $0 + $1.count }
    var (kept, given) = (runs[...], returned.sorted { $0.lowerBound < $1.lowerBound }[...])
    runs.removeAll(keepingCapacity: true)
    while let first = kept.first ?? given.first {
      let isGiven = given.first.map { $0.lowerBound <= first.lowerBound } ?? false
      Self.append(isGiven ? given.removeFirst() : kept.removeFirst(), to: &runs)
    }
  }

  /// Takes back single pages, in any order.
  mutating func giveBack(_ pages: [UInt32]) {
    var returned: [Range<UInt32>] = []
    for page in pages.sorted() { Self.append(page..<page + 1, to: &returned) }
    giveBack(returned)
  }

  /// Appends a run that joins the last one if it follows it.
  static func append(_ run: Range<UInt32>, to runs: inout [Range<UInt32>]) {
    if let last = runs.last, last.upperBound == run.lowerBound {
      runs[runs.count - 1] = last.lowerBound..<run.upperBound
    } else {
      runs.append(run)
    }
  }

  private mutating func cut(_ wanted: Int, from index: Int) -> Range<UInt32> {
    let run = runs[index]
    let middle = run.lowerBound + UInt32(wanted)
    if middle == run.upperBound { runs.remove(at: index) } else { runs[index] = middle..<run.upperBound }
    return run.lowerBound..<middle
  }
}
