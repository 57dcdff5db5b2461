import Kernels

/// A copy of a cache as it was at the end of a chunk of the prompt, for sequences that would come to the very same state.
///
/// Takes only what is alive: pages, and columns as wide as the slots are many.
final class CacheSnapshot {
  /// The plan of the cache that was copied.
  let plan: CachePlan
  /// All tokens that had been fed.
  let tokens: [Int32]
  /// Pages of all heads, in their order.
  let pages: [Range<UInt32>]
  var lastUse: UInt64 = 0
  /// Whether it is being copied from and has to stay.
  var isInUse = false

  private let progress: CacheProgress
  private let counts: [HeadColumns.Counts]
  private let columns: HeadBlocks

  var bookkeeping: Int { columns.byteCount }

  /// Bytes that a snapshot of `cache` takes.
  static func bytes(of cache: SequenceCache) -> Int {
    let counts = cache.counts
    return counts.reduce(0) { $0 + $1.pages } * cache.plan.shape.pageBytes
      + layouts(counts, cache.plan).reduce(0) { $0 + cache.plan.shape.kvHeads * $1.headBytes }
  }

  /// Copies a cache between two steps; nil if the pool has no room for it.
  init?(of cache: SequenceCache, tokens: [Int32], in pool: CachePool) {
    plan = cache.plan
    self.tokens = tokens
    progress = cache.progress
    counts = cache.counts
    columns = HeadBlocks(Self.layouts(counts, plan), kvHeads: plan.shape.kvHeads)
    let pageCount = counts.reduce(0) { $0 + $1.pages }
    guard let pages = pool.keep(pages: pageCount, bookkeeping: columns.byteCount) else { return nil }
    self.pages = pages
    var next = pages.joined().makeIterator()
    for (index, count) in counts.enumerated() {
      let head = columns[index]
      head.adopt(count) { next.next() }
      head.copyLivePieces(from: cache.head(index))
      pool.copyPages(count.pages, from: cache.head(index), to: head)
    }
  }

  private static func layouts(_ counts: [HeadColumns.Counts], _ plan: CachePlan) -> [ColumnLayout] {
    plan.layouts.indices.map { layer in
      let counts = counts[layer * plan.shape.kvHeads..<(layer + 1) * plan.shape.kvHeads]
      return ColumnLayout(
        peakSlots: counts.map(\.slots).max() ?? 0, victims: counts.map(\.holes).max() ?? 0,
        needs: plan.layout.needs, ranks: plan.layout.ranks, counts: plan.layout.counts,
        queryValues: plan.layout.queryValues, newestBytes: plan.layout.newestBytes)
    }
  }

  /// Whether a new sequence with this plan and prompt would come to this state.
  func serves(_ plan: CachePlan, _ prompt: [Int32]) -> Bool {
    tokens.count < prompt.count && plan.agrees(with: self.plan, upTo: tokens.count)
      && counts.enumerated().allSatisfy { $1.fit(plan.layouts[$0 / plan.shape.kvHeads]) }
      && prompt.starts(with: tokens)
  }

  /// Brings an empty cache to this state.
  func restore(_ cache: SequenceCache) {
    cache.resume(progress, counts: counts)
    for (index, count) in counts.enumerated() {
      cache.head(index).copyLivePieces(from: columns[index])
      cache.pool.copyPages(count.pages, from: columns[index], to: cache.head(index))
    }
  }
}
