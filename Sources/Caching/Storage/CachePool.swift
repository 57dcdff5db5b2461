/// All memory for caches: hands out pages, and admits a sequence only if its peak is free for as long as it lives.
///
/// Admission by promise: the peaks of the live sequences never add up to more than the limit, so a sequence that was let in is never
/// preempted, and none can harm another. One thread owns a pool and the caches made from it.
package final class CachePool {
  package let shape: CacheShape
  /// Bytes that pages and bookkeeping of all sequences may take together.
  package let limitBytes: Int
  /// Bytes promised to live sequences.
  package private(set) var reservedBytes = 0
  /// Bytes that live sequences hold now.
  package var usedBytes: Int { pagesInUse * shape.pageBytes + columnBytes }
  /// Pages in which live sequences have slots; more are set aside for them.
  package private(set) var pagesInUse = 0

  private let region: PageRegion
  private var freePages: FreePages
  private var columnBytes = 0

  /// Maps the pool's memory without committing it.
  ///
  /// - Throws: `CacheError.poolTooSmall` if not even a page for every head fits, `.poolUnavailable` if the system refuses.
  package init(limitBytes: Int, shape: CacheShape) throws(CacheError) {
    let smallest = shape.heads * shape.pageBytes
    guard limitBytes >= smallest else { throw .poolTooSmall(limitBytes: limitBytes, smallest: smallest) }
    let pageCount = limitBytes / shape.pageBytes
    // A page's number has 32 bits.
    guard pageCount <= Int(UInt32.max), let region = PageRegion(pageCount: pageCount, shape: shape) else {
      throw .poolUnavailable(limitBytes: limitBytes)
    }
    self.region = region
    freePages = FreePages(count: pageCount)
    self.limitBytes = limitBytes
    self.shape = shape
  }

  /// A cache with its peak reserved, empty or as it was saved, or nil if that is not free now; O(bytes that were saved).
  package func makeCache(_ plan: CachePlan) -> SequenceCache? {
    precondition(plan.shape == shape, "a plan for this pool's model")
    guard plan.peakBytes <= limitBytes - reservedBytes else { return nil }
    let cache = SequenceCache(plan: plan, pool: self, pages: freePages.take(plan.pageCount))
    reservedBytes += plan.peakBytes
    columnBytes += cache.columnBytes
    if let saved = plan.saved { cache.restore(saved) }
    return cache
  }

  /// A cache that already holds the first tokens of `source`, as many as `plan` feeds before anything is counted or evicted.
  ///
  /// Saves feeding them again: what they leave in a cache does not depend on the plan. Nil where `makeCache` is, or where `source`
  /// has evicted something or lacks what the plan's policy wants to know of these tokens. O(tokens copied).
  package func makeCache(_ plan: CachePlan, copying source: SequenceCache) -> SequenceCache? {
    precondition(source.pool === self, "a cache of this pool")
    let count = min(source.logicalLength, plan.denseTokens)
    guard count > 0, source.canLend(to: plan), let cache = makeCache(plan) else { return nil }
    cache.copy(count, from: source)
    return cache
  }

  /// All that the cache's sequence needs to go on, here or elsewhere; O(bytes held).
  package func save(_ cache: SequenceCache) -> SavedCache {
    precondition(cache.pool === self && !cache.isReleased, "a live cache of this pool")
    return cache.saved()
  }

  /// Takes back a cache's pages and its reservation; the cache must not be used afterwards.
  package func release(_ cache: SequenceCache) {
    precondition(cache.pool === self && !cache.isReleased, "a live cache of this pool, released once")
    cache.isReleased = true
    freePages.giveBack(cache.pages)
    pagesInUse -= cache.startedPages
    columnBytes -= cache.columnBytes
    reservedBytes -= cache.plan.peakBytes
  }

  /// Where the keys and values of page 0 lie; those of page `p` are `p * shape.pageBytes / 2` bytes further.
  var keys: UnsafeMutableRawPointer { unsafe region.keys }
  var values: UnsafeMutableRawPointer { unsafe region.values }

  /// Notes that a sequence has its first slot in one of its pages.
  func startPage() { pagesInUse += 1 }
  /// Notes that a sequence has emptied one of its pages.
  func endPage() { pagesInUse -= 1 }

  func copyPage(from source: UInt32, to target: UInt32) { region.copyPage(from: source, to: target) }

  func read(_ page: UInt32, into target: UnsafeMutableRawPointer) { unsafe region.read(page, into: target) }
  func write(_ page: UInt32, from source: UnsafeRawPointer) { unsafe region.write(page, from: source) }

  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    region.moveSlot(from: source, to: target)
  }
}
