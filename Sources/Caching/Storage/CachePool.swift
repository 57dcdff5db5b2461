/// All memory for caches: hands out pages, and admits a sequence only if its peak is free for as long as it lives.
///
/// Admission by promise: the peaks of the live sequences never add up to more than the limit, so a sequence that was let in is never
/// preempted, and none can harm another. One thread owns a pool and the caches made from it.
package final class CachePool {
  package let shape: CacheShape
  /// Bytes that pages and bookkeeping of all sequences may take together.
  package let limitBytes: Int
  /// Bytes promised to live sequences, beside the kept pages that they share.
  package private(set) var reservedBytes = 0
  /// Bytes of pages and bookkeeping that are kept for sequences to come.
  package private(set) var keptBytes = 0
  /// Bytes of kept pages that live sequences share: all other kept bytes can be had back at any time.
  private(set) var lentBytes = 0
  /// Bytes that live sequences hold now.
  package var usedBytes: Int { pagesInUse * shape.pageBytes + columnBytes }
  /// Pages in which live sequences have slots; more are set aside for them.
  package private(set) var pagesInUse = 0

  /// Bytes that a new cache could be promised: what is free, or kept and read by nobody.
  package var availableBytes: Int { freeBytes + keptBytes - lentBytes }
  /// Bytes that are neither promised nor kept.
  var freeBytes: Int { limitBytes - reservedBytes - keptBytes }
  /// Bytes of 16 tokens in all heads.
  var blockBytes: Int { shape.heads * shape.pageBytes }

  /// Bytes that the system may have committed for pages and bookkeeping: never more than the limit.
  ///
  /// Pages keep their memory when they are given back, since others will want it; bookkeeping needs memory of its own.
  var committedBytes: Int { writtenPages.count * shape.pageBytes + columnBytes + keptColumnBytes }

  private let region: PageRegion
  private var freePages: FreePages
  private var writtenPages: WrittenPages
  private var columnBytes = 0
  private var keptColumnBytes = 0

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
    writtenPages = WrittenPages(pageCount: pageCount)
    self.limitBytes = limitBytes
    self.shape = shape
  }

  /// A cache with its peak reserved, empty or as it was saved, or nil if that is not free now; O(bytes that were saved).
  package func makeCache(_ plan: CachePlan) -> SequenceCache? { makeCache(plan, sharing: []) }

  /// A cache whose heads begin with the pages of these blocks, or nil if the rest of its peak is not free now.
  func makeCache(_ plan: CachePlan, sharing blocks: [PrefixBlock]) -> SequenceCache? {
    precondition(plan.shape == shape, "a plan for this pool's model")
    let reserved = plan.peakBytes - blocks.count * blockBytes
    guard reserved <= freeBytes else { return nil }
    let pages = takePages(plan.pageCount - blocks.count * shape.heads)
    let cache = SequenceCache(plan: plan, pool: self, pages: pages, sharing: blocks)
    blocks.forEach(lend)
    reservedBytes += reserved
    columnBytes += cache.columnBytes
    uncommit()
    if let saved = plan.saved { cache.restore(saved) }
    return cache
  }

  /// A cache that already holds the first tokens of `source`, as many as `plan` feeds before anything is counted or evicted.
  ///
  /// Saves feeding them again: what they leave in a cache does not depend on the plan. In q8 they are whole blocks of 16, unless they are all
  /// that the source holds. Nil where `makeCache` is, or where `source` has evicted something or lacks what the plan's policy wants to know
  /// of these tokens. O(tokens copied).
  package func makeCache(_ plan: CachePlan, copying source: SequenceCache) -> SequenceCache? {
    precondition(source.pool === self, "a cache of this pool")
    let count =
      source.logicalLength <= plan.denseTokens
      ? source.logicalLength : shape.withoutNewest(plan.denseTokens)
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
    freePages.giveBack(cache.ownPages)
    pagesInUse -= cache.startedPages - cache.shared.count * shape.heads
    columnBytes -= cache.columnBytes
    reservedBytes -= cache.plan.peakBytes - cache.shared.count * blockBytes
    cache.shared.forEach(takeBack)
  }

  private func takePages(_ count: Int) -> [Range<UInt32>] {
    let pages = freePages.take(count)
    for run in pages { writtenPages.insert(run) }
    return pages
  }

  /// Gives free pages' memory back to the system as far as bookkeeping needs it.
  private func uncommit() {
    for run in freePages.runs.reversed() where committedBytes > limitBytes {
      region.uncommit(run)
      writtenPages.remove(run)
    }
  }

  /// Takes back pages of a live cache, and a part of its promise.
  func giveBack(_ pages: [UInt32], promise bytes: Int) {
    freePages.giveBack(pages)
    reservedBytes -= bytes
  }

  /// Where the keys and values of page 0 lie; those of page `p` are `p * shape.halfPageBytes` bytes further.
  var keys: UnsafeMutableRawPointer { unsafe region.keys }
  var values: UnsafeMutableRawPointer { unsafe region.values }

  /// Notes that a sequence has its first slot in one of its pages.
  func startPage() { pagesInUse += 1 }
  /// Notes that a sequence has emptied one of its pages.
  func endPage() { pagesInUse -= 1 }
  /// Notes that a sequence has its first slots in pages that it shares: these are counted apart.
  func endPages(_ count: Int) { pagesInUse -= count }

  func copyPage(from source: UInt32, to target: UInt32) { region.copyPage(from: source, to: target) }

  func read(_ page: UInt32, into target: UnsafeMutableRawPointer) { unsafe region.read(page, into: target) }
  func write(_ page: UInt32, from source: UnsafeRawPointer) { unsafe region.write(page, from: source) }

  /// Copies the first `count` pages of a head over those of another.
  func copyPages(_ count: Int, from source: HeadColumns, to target: HeadColumns) {
    precondition(count <= min(source.startedPages, target.startedPages), "pages that both have started")
    // Safety: the numbers of started pages are in the columns.
    for page in 0..<count { unsafe copyPage(from: source.pages[page], to: target.pages[page]) }
  }

  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    region.moveSlot(from: source, to: target)
  }
}

/// Pages that are kept for sequences to come. Who keeps them decides what is dropped.
extension CachePool {
  /// Pages to keep, and `bookkeeping` bytes beside them; nil if that is not free now.
  func keep(pages count: Int, bookkeeping: Int = 0) -> [Range<UInt32>]? {
    let bytes = count * shape.pageBytes + bookkeeping
    guard bytes <= freeBytes else { return nil }
    keptBytes += bytes
    keptColumnBytes += bookkeeping
    defer { uncommit() }
    return takePages(count)
  }

  /// Takes back pages that were kept, and the bytes beside them.
  func drop(_ pages: [UInt32], bookkeeping: Int) {
    keptBytes -= pages.count * shape.pageBytes + bookkeeping
    keptColumnBytes -= bookkeeping
    freePages.giveBack(pages)
  }

  /// Makes kept pages of the first block that is a cache's own, which must be full; the cache goes on reading what `made` makes of them.
  func moveBlock(of cache: SequenceCache, _ made: (_ pages: [UInt32]) -> PrefixBlock) -> PrefixBlock {
    let block = made(cache.firstOwnBlock)
    keptBytes += blockBytes
    share(block, with: cache)
    return block
  }

  /// Lets a cache read kept blocks instead of as many of its own of the same contents, whose pages are free then.
  func replaceBlocks(of cache: SequenceCache, by blocks: [PrefixBlock]) {
    var pages: [UInt32] = []
    for block in blocks {
      pages += cache.firstOwnBlock
      share(block, with: cache)
    }
    freePages.giveBack(pages)
  }

  private func share(_ block: PrefixBlock, with cache: SequenceCache) {
    cache.shareNext(block)
    lend(block)
    reservedBytes -= blockBytes
    pagesInUse -= shape.heads
  }

  /// Notes one more who reads a block; it must not be dropped before `takeBack`.
  func lend(_ block: PrefixBlock) {
    if block.readers == 0 { lentBytes += blockBytes }
    block.readers += 1
  }

  func takeBack(_ block: PrefixBlock) {
    block.readers -= 1
    if block.readers == 0 { lentBytes -= blockBytes }
  }

  /// The free pages, for accounts of where every page is.
  var freeRuns: [Range<UInt32>] { freePages.runs }
}
