extension PrefixCache {
  /// What is wrong with the accounts of pool and prefixes, if anything: every page has one owner, and all bytes add up.
  ///
  /// For tests; `live` are all caches that the pool has made and not taken back. O(pages).
  package func accountError(live: [SequenceCache]) -> String? {
    let blocks = tree.blocks
    var owned = Array(pool.freeRuns.joined())
    owned += live.flatMap { $0.ownPages.joined() }
    owned += blocks.flatMap(\.pages) + snapshots.flatMap { $0.pages.joined() }
    owned.sort()
    if owned != Array(0..<UInt32(pool.limitBytes / pool.shape.pageBytes)) {
      return "a page has no owner, or two"
    }
    let lent = blocks.filter { $0.readers > 0 }
    for block in blocks {
      let readers = live.count { $0.shared.contains { $0 === block } }
      if block.readers != readers { return "a block counts \(block.readers) readers, there are \(readers)" }
      if let parent = block.parent, parent.depth > 0, parent.lastUse < block.lastUse {
        return "a parent older than its child"
      }
    }
    let reserved = live.reduce(0) { $0 + $1.plan.peakBytes - $1.shared.count * pool.blockBytes }
    let kept =
      blocks.count * pool.blockBytes
      + snapshots.reduce(0) { $0 + $1.pages.joined().count * pool.shape.pageBytes + $1.bookkeeping }
    if pool.reservedBytes != reserved { return "\(pool.reservedBytes) bytes reserved, counted \(reserved)" }
    if pool.keptBytes != kept { return "\(pool.keptBytes) bytes kept, counted \(kept)" }
    if pool.lentBytes != lent.count * pool.blockBytes { return "\(pool.lentBytes) bytes lent" }
    return pool.freeBytes < 0 ? "more than the limit" : nil
  }
}
