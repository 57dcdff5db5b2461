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
  package private(set) var pagesInUse = 0

  private let region: PageRegion
  /// Pages never handed out start here; returned ones are preferred, being in memory already.
  private var firstUnusedPage: UInt32 = 0
  private var returnedPages: [UInt32] = []
  private var columnBytes = 0

  /// Maps the pool's memory without committing it.
  ///
  /// - Throws: `CacheError.poolTooSmall` if not even a page for every head fits, `.poolUnavailable` if the system refuses.
  package init(limitBytes: Int, shape: CacheShape) throws(CacheError) {
    let smallest = shape.heads * shape.pageBytes
    guard limitBytes >= smallest else { throw .poolTooSmall(limitBytes: limitBytes, smallest: smallest) }
    let pageCount = min(limitBytes / shape.pageBytes, Int(UInt32.max))
    guard let region = PageRegion(pageCount: pageCount, shape: shape) else {
      throw .poolUnavailable(limitBytes: limitBytes)
    }
    self.region = region
    self.limitBytes = limitBytes
    self.shape = shape
  }

  /// Whether the plan would fit into the empty pool: if not, waiting does not help.
  package func canEverFit(_ plan: CachePlan) -> Bool { plan.peakBytes <= limitBytes }

  /// An empty cache with its peak reserved, or nil if that is not free now.
  package func makeCache(_ plan: CachePlan) -> SequenceCache? {
    precondition(plan.shape == shape, "a plan for this pool's model")
    guard plan.peakBytes <= limitBytes - reservedBytes else { return nil }
    let cache = SequenceCache(plan: plan, pool: self)
    reservedBytes += plan.peakBytes
    columnBytes += cache.columnBytes
    return cache
  }

  /// Takes back a cache's pages and its reservation; the cache must not be used afterwards.
  package func release(_ cache: SequenceCache) {
    precondition(cache.pool === self && !cache.isReleased, "a live cache of this pool, released once")
    cache.isReleased = true
    let pages = cache.heldPages
    returnedPages.append(contentsOf: pages)
    pagesInUse -= pages.count
    columnBytes -= cache.columnBytes
    reservedBytes -= cache.plan.peakBytes
  }

  /// Start of the memory in which page `p` begins `p * shape.pageBytes` bytes further.
  var base: UnsafeMutableRawPointer { unsafe region.base }

  /// A page for a slot within some sequence's reservation: there is always one.
  func takePage() -> UInt32 {
    pagesInUse += 1
    if let page = returnedPages.popLast() { return page }
    precondition(firstUnusedPage < region.pageCount, "reservations keep within the limit")
    defer { firstUnusedPage += 1 }
    return firstUnusedPage
  }

  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    region.moveSlot(from: source, to: target)
  }
}
