package import Kernels

/// The cache of one sequence: for every (layer, KV head) its slots and what their policy has to know of them.
///
/// A step is: `append`, the forward pass over `slots`, then, if `hasWorkDue`, `prepareEviction` and `evict` for every layer, and
/// `endStep`. Logical length (tokens fed) and resident slots are different numbers. The slots' order is not that of their positions,
/// since the slots of victims are used again.
package final class SequenceCache {
  package internal(set) var plan: CachePlan
  /// Tokens fed so far; the next has this position.
  package private(set) var logicalLength = 0
  /// Slots that all heads hold together.
  package private(set) var residentTotal = 0
  /// What the last step has added to `evictedSlots`.
  package private(set) var lastEvicted = 0

  /// The first tokens' queries, which are unlike all later ones, are left out of the moments (arXiv 2510.00636).
  static let momentsFrom = 4

  let pool: CachePool
  /// Pages that the cache was given for itself.
  var pages: [Range<UInt32>]
  /// Kept blocks with which every head begins; no slot in them is ever written again.
  private(set) var shared: [PrefixBlock]
  var isReleased = false
  private let blocks: HeadBlocks
  private let needs: StatisticNeeds
  private let kvHeads: Int
  let ranking: Ranking
  /// What the ranking reads.
  let rankNeeds: StatisticNeeds
  /// Position from which queries are counted.
  let firstCounted: Int
  /// Pages that no head has, where heads share them.
  private var sparePages: [UInt32] = []
  var newCount = 0
  /// Whether the queries of this step count in the statistics.
  var isCounted = false
  /// What heads are brought back to after this step; nil if nothing is evicted.
  var limits: StepLimits?
  /// How much each layer's limits differ from the average.
  private var layerOffsets: [Int]

  /// `pages` must be `plan.pageCount` pages, less those of the shared blocks; only a plan that never evicts may have such.
  init(plan: CachePlan, pool: CachePool, pages: [Range<UInt32>], sharing shared: [PrefixBlock]) {
    precondition(shared.isEmpty || plan.neverEvicts, "what is shared is never written")
    self.plan = plan
    self.pool = pool
    self.pages = pages
    self.shared = shared
    needs = plan.layout.needs
    kvHeads = plan.shape.kvHeads
    layerOffsets = plan.layerOffsets
    rankNeeds = plan.rankNeeds
    firstCounted = plan.schedule.firstCounted ?? .max
    ranking = Ranking(
      policy: plan.policy, modifiers: plan.request.modifiers, pool: plan.pool,
      spans: plan.request.modifiers.fair ? plan.request.spans : [])
    blocks = HeadBlocks(plan.layouts, kvHeads: plan.shape.kvHeads)
    if plan.sharesPages { sparePages = pages.joined().reversed() } else { deal(pages) }
  }

  /// Gives every head its pages for good, in the order of heads: attention reads long runs.
  private func deal(_ pages: [Range<UInt32>]) {
    for (index, block) in shared.enumerated() { place(block, at: index) }
    var next = pages.joined().makeIterator()
    for index in 0..<plan.shape.heads {
      for entry in shared.count..<ownedPages(index) {
        guard let page = next.next() else { preconditionFailure("pages for every head") }
        // Safety: a head's column has as many entries as it owns pages.
        unsafe head(index).pages[entry] = page
      }
    }
  }

  /// Pages in the column of a head that has them for good, shared ones included.
  func ownedPages(_ head: Int) -> Int { plan.headPages[head / kvHeads] }

  private func place(_ block: PrefixBlock, at index: Int) {
    precondition(block.pages.count == plan.shape.heads, "a block of all heads")
    for (head, page) in block.pages.enumerated() {
      precondition(index < ownedPages(head), "an entry of the head's column")
      // Safety: checked above.
      unsafe self.head(head).pages[index] = page
    }
  }

  /// Slots that a head holds, on average over all heads, rounded up.
  package var residentSlots: Int { (residentTotal + plan.shape.heads - 1) / plan.shape.heads }
  /// Slots given up so far in a head, on average.
  package var evictedSlots: Int { logicalLength - residentSlots }
  /// Bytes that the cache may come to hold.
  package var peakBytes: Int { plan.peakBytes }
  /// Bytes that it holds now: its pages and its bookkeeping.
  package var residentBytes: Int {
    columnBytes + startedPages * plan.shape.pageBytes
  }
  /// Whether `evict` has to be called before the step ends.
  package var hasWorkDue: Bool { limits != nil || (isCounted && needs.memoryColumns > 0) }
  /// Position at which the first query of this step is to be turned.
  package var firstQueryPosition: Int {
    plan.request.positions == .cache ? residentTotal / plan.shape.heads - newCount : logicalLength - newCount
  }

  /// Reserves a slot in every head for each of the next `count` tokens.
  ///
  /// Prompt tokens must come in chunks as `CachePlan.nextChunk` gives them, generated ones singly. O(heads * count).
  package func append(_ count: Int) {
    precondition(!isReleased && limits == nil, "a live cache whose last step has ended")
    precondition(count > 0 && count <= plan.maxTotalTokens - logicalLength, "tokens within the plan")
    let end = logicalLength + count
    precondition(end <= firstCounted || logicalLength >= firstCounted, "a chunk as the plan gave it")
    if plan.sharesPages { appendSharing(count) } else { appendApart(count) }
    isCounted = plan.schedule.counts(fed: end)
    if isCounted, plan.layout.counts { decay(count) }
    logicalLength = end
    newCount = count
    residentTotal += count * plan.shape.heads
    limits = plan.schedule.limits(fed: end)
  }

  private func appendApart(_ count: Int) {
    for index in 0..<plan.shape.heads {
      let head = head(index)
      let reused = head.reuseHoles(count, at: logicalLength, in: pool)
      head.extend(reused, count, at: logicalLength) {
        pool.startPage()
        return nil
      }
    }
  }

  /// Every head first gives back what it does not need: the plan's pages suffice only then.
  private func appendSharing(_ count: Int) {
    var reused: [Int] = []
    for index in 0..<plan.shape.heads {
      let head = head(index)
      reused.append(head.reuseHoles(count, at: logicalLength, in: pool))
      head.returnPages { page in
        sparePages.append(page)
        pool.endPage()
      }
    }
    for index in 0..<plan.shape.heads {
      head(index).extend(reused[index], count, at: logicalLength) {
        pool.startPage()
        return sparePages.removeLast()
      }
    }
  }

  private func decay(_ count: Int) {
    var share = Float(1)
    for _ in 0..<count { share *= Float(plan.request.modifiers.decay) }
    for index in 0..<plan.shape.heads { head(index).decay(by: share, queries: count) }
  }

  /// What the kernels of one (layer, KV head) read and write; good until the next `append`.
  package func slots(layer: Int, head: Int) -> KeyValueSlots {
    let columns = self.head(layer: layer, head: head)
    // Safety: the block and the pool outlive this cache, and the caller's use of the result ends with it.
    return unsafe KeyValueSlots(
      keys: pool.keys, values: pool.values, pages: columns.pages, type: plan.shape.type,
      headDimension: plan.shape.headDimension, slotCount: columns.slotCount, newSlots: columns.newSlots,
      newCount: newCount, positions: UnsafePointer(columns.slotPositions), newest: newestPage(columns),
      columns: kept(columns))
  }

  private func newestPage(_ columns: HeadColumns) -> NewestPage? {
    unsafe columns.newestPage.map {
      unsafe NewestPage(
        page: $0, tokens: UnsafePointer(columns.slotPositions), first: logicalLength - newCount)
    }
  }

  private func kept(_ columns: HeadColumns) -> SlotColumns {
    var kept = SlotColumns()
    kept.firstQuery = logicalLength - newCount
    kept.joinsByMaximum = needs.joinsByMaximum
    unsafe kept.valueNorms = columns.valueNorms
    unsafe kept.queryMoments = columns.queryMoments
    kept.firstMoment = max(0, Self.momentsFrom - kept.firstQuery)
    unsafe kept.keyPositions = columns.ranks.map { unsafe UnsafePointer($0) }
    guard isCounted else { return kept }
    unsafe kept.sums = columns.sums
    unsafe kept.squares = columns.squares
    unsafe kept.window = columns.window
    kept.windowRows = needs.windowRows
    kept.windowStride = columns.layout.slots
    return kept
  }

  /// Settles what an eviction in all layers depends on; call before the first `evict` of a step.
  package func prepareEviction() {
    guard limits?.budget != nil, plan.allocator.sharing == .model, logicalLength <= plan.promptTokens else {
      return
    }
    layerOffsets = plan.allocator.offsets(plan.allocation, weights: (0..<plan.shape.layers).map(weight))
  }

  /// What a layer's attention asks for.
  private func weight(ofLayer layer: Int) -> Float {
    (0..<kvHeads).reduce(0) { sum, head in
      let dispersion = self.head(layer: layer, head: head).windowDispersion(
        rows: plan.allocator.windowRows, fed: logicalLength, counted: logicalLength - firstCounted)
      return sum + CakeAllocator.weight(entropy: dispersion.entropy, variance: dispersion.variance)
    }
  }

  /// Evicts what is due in every head of a layer.
  ///
  /// Touches the data of this layer only: threads may evict different layers at once, each with its own scratch. O(slots), without
  /// allocation once the scratch has grown.
  package func evict(layer: Int, scratch: inout EvictionScratch) {
    scratch.fit(plan.layouts[layer].slots, memoryColumns: needs.memoryColumns)
    if isCounted, needs.memoryColumns > 0 { observe(layer) }
    let isWindowed = plan.shape.isWindowed(layer: layer)
    guard let limit = limits?.slots(offset: layerOffsets[layer], isWindowed: isWindowed) else { return }
    LayerEviction(cache: self, layer: layer, limit: limit, phase: phase).run(&scratch)
  }

  private func observe(_ layer: Int) {
    for head in 0..<kvHeads {
      self.head(layer: layer, head: head).observe(logicalLength - newCount..<logicalLength, by: plan.policy)
    }
  }

  /// Ends a step, after every layer has evicted what was due.
  package func endStep() {
    guard limits != nil else {
      lastEvicted = 0
      return
    }
    let before = evictedSlots
    residentTotal = (0..<plan.shape.heads).reduce(0) { $0 + head($1).liveCount }
    lastEvicted = evictedSlots - before
    limits = nil
  }

  /// A copy of all that a step may read of the past.
  ///
  /// Between two steps only: the holes of the last eviction are closed as the next token would close them.
  func saved() -> SavedCache {
    precondition(
      limits == nil && logicalLength >= plan.promptTokens, "a sequence between steps, its prompt fed")
    let heads = (0..<plan.shape.heads).map(head)
    for head in heads { head.settle(in: pool) }
    let record = CacheRecord(plan: plan, progress: progress, counts: heads.map(\.counts))
    return SavedCache(record: record, bytes: HeadColumns.saved(heads, in: pool))
  }

  /// Takes over what was saved, for which the plan was made.
  func restore(_ saved: SavedCache) {
    resume(saved.record.progress, counts: saved.record.counts)
    HeadColumns.restore((0..<plan.shape.heads).map(head), from: saved.takeBytes(), in: pool)
  }

  /// Original positions of a head's live slots, in slot order.
  package func positions(layer: Int, head: Int) -> [Int] { self.head(layer: layer, head: head).livePositions }
}

extension SequenceCache {
  /// How many generated tokens may be appended at once, `most` at the most, so that `takeBack` can undo the last of them.
  ///
  /// More than 1 only while nothing is evicted and nothing of their attention is kept: what later tokens see and what is counted
  /// is then as if they came singly.
  package func unevictedTokens(atMost most: Int) -> Int {
    guard logicalLength >= plan.promptTokens, residentTotal == logicalLength * plan.shape.heads,
      !needs.readsQueries
    else { return 1 }
    var most = min(most, plan.maxTotalTokens - logicalLength)
    // The page of newest tokens that are taken back has to be the one of those that stay.
    if plan.shape.keepsNewest {
      most = min(most, NewestPage.tokensPerPage - logicalLength % NewestPage.tokensPerPage)
    }
    guard let limit = plan.schedule.leastDecodeLimit else { return max(1, most) }
    // Where pages move, limits may too.
    guard !plan.sharesPages else { return 1 }
    return max(1, min(most, limit - logicalLength))
  }

  /// Forgets the last `count` tokens of the step that has just ended.
  package func takeBack(_ count: Int) {
    precondition(count >= 0 && count < max(newCount, 1) && limits == nil, "tokens of the last step")
    precondition(residentTotal == logicalLength * plan.shape.heads, "nothing has been evicted")
    guard count > 0 else { return }
    for index in 0..<plan.shape.heads { head(index).dropLast(count) }
    logicalLength -= count
    newCount -= count
    residentTotal -= count * plan.shape.heads
  }

  /// Whether the first tokens of this cache are what they would be in a cache of another plan.
  func canLend(to plan: CachePlan) -> Bool {
    isWhole && plan.request.positions == self.plan.request.positions && !plan.layout.needs.queryMoments
      && (needs.valueNorms || !plan.layout.needs.valueNorms)
  }

  /// Takes over the first `count` tokens of a cache that has evicted nothing, whose slots are therefore its positions.
  func copy(_ count: Int, from source: SequenceCache) {
    append(count)
    for index in 0..<plan.shape.heads {
      let (target, origin) = (head(index), source.head(index))
      for page in 0..<target.startedPages {
        // Safety: both heads have started this page.
        unsafe pool.copyPage(from: origin.pages[page], to: target.pages[page])
      }
      if count == source.logicalLength, let newest = unsafe target.newestPage,
        let lent = unsafe origin.newestPage
      {
        // Safety: both have a page of this size.
        unsafe newest.copyMemory(from: lent, byteCount: target.layout.newestBytes)
      }
      if let norms = unsafe target.valueNorms, let lent = unsafe origin.valueNorms {
        // Safety: both columns have a number for each slot below `count`.
        unsafe norms.update(from: lent, count: count)
      }
    }
    endStep()
  }

  /// The pages that are the cache's own now.
  var ownPages: [Range<UInt32>] {
    guard !shared.isEmpty else { return pages }
    var runs: [Range<UInt32>] = []
    for index in 0..<plan.shape.heads {
      let head = head(index)
      for entry in shared.count..<ownedPages(index) {
        // Safety: every head of a cache that shares was dealt so many pages.
        let page = unsafe head.pages[entry]
        FreePages.append(page..<page + 1, to: &runs)
      }
    }
    return runs
  }

  /// Every head's first page that is not shared; its slots must all be taken, by tokens in their order.
  var firstOwnBlock: [UInt32] {
    precondition(!plan.sharesPages && isWhole, "a cache that has evicted nothing")
    precondition((shared.count + 1) * CacheShape.slotsPerPage <= logicalLength, "a block that is full")
    // Safety: the slots that are taken lie in pages of the column.
    return (0..<plan.shape.heads).map { unsafe head($0).pages[shared.count] }
  }

  /// Reads a kept block from now on where the first block of its own was; what is in them must be the same.
  func shareNext(_ block: PrefixBlock) {
    place(block, at: shared.count)
    shared.append(block)
  }

  /// Whether nothing has been evicted, so that a slot's index is its position.
  var isWhole: Bool { residentTotal == logicalLength * plan.shape.heads && limits == nil }

  /// Takes over the first tokens from kept blocks: the shared ones by reference, of the others' pages copies; `count` tokens in all.
  func takeOver(_ count: Int, from blocks: [PrefixBlock]) {
    append(count)
    pool.endPages(shared.count * plan.shape.heads)
    for (index, block) in blocks.enumerated().dropFirst(shared.count) {
      // Safety: the heads have started a page for each block.
      for (head, page) in block.pages.enumerated() {
        unsafe pool.copyPage(from: page, to: self.head(head).pages[index])
      }
    }
    endStep()
  }

  /// Copies the pages of one of its first blocks to those of a kept one.
  func copyBlock(_ index: Int, to block: PrefixBlock) {
    precondition(isWhole && (index + 1) * CacheShape.slotsPerPage <= logicalLength, "a block that is full")
    // Safety: the slots that are taken lie in pages of the column.
    for (head, page) in block.pages.enumerated() {
      unsafe pool.copyPage(from: self.head(head).pages[index], to: page)
    }
  }

  /// What the cache has come to, but for what its heads hold.
  var progress: CacheProgress { CacheProgress(fed: logicalLength, layerOffsets: layerOffsets) }

  /// Lets an empty cache go on from `progress` with `counts` slots in each head, whose pages and live pieces are to be filled in.
  ///
  /// A cache of a plan of the same kind must have come so far in chunks that this cache's plan would have given too.
  func resume(_ progress: CacheProgress, counts: [HeadColumns.Counts]) {
    precondition(
      logicalLength == 0 && counts.count == plan.shape.heads, "an empty cache, counts for every head")
    for (index, count) in counts.enumerated() {
      head(index).adopt(count) {
        pool.startPage()
        return plan.sharesPages ? sparePages.removeLast() : nil
      }
    }
    logicalLength = progress.fed
    layerOffsets = progress.layerOffsets
    residentTotal = counts.reduce(0) { $0 + $1.slots - $1.holes }
  }

  private var phase: EvictionPhase { logicalLength <= plan.promptTokens ? .prefill : .decode }

  var columnBytes: Int { blocks.byteCount }

  /// Pages that hold a slot, or did, in all heads.
  var startedPages: Int { (0..<plan.shape.heads).reduce(0) { $0 + head($1).startedPages } }

  func head(layer: Int, head: Int) -> HeadColumns {
    precondition(
      layer >= 0 && layer < plan.shape.layers && head >= 0 && head < kvHeads, "a head of the model")
    return self.head(layer * kvHeads + head)
  }

  /// The heads are numbered layer by layer.
  func head(_ index: Int) -> HeadColumns { blocks[index] }

  var counts: [HeadColumns.Counts] { (0..<plan.shape.heads).map { head($0).counts } }
}

/// How far a cache has come between two steps.
struct CacheProgress: Sendable, Equatable {
  /// Tokens fed.
  var fed: Int
  /// How much each layer's limits differ from the average.
  var layerOffsets: [Int]
}
