package import Kernels

/// The cache of one sequence: for every (layer, KV head) its slots and what their policy has to know of them.
///
/// A step is: `append`, the forward pass over `slots`, then, if `evictionsDue`, `evict` for every layer, and `endStep`. Logical
/// length (tokens fed) and resident slots are different numbers. The slots' order is not that of their positions, since the slots
/// of victims are used again.
package final class SequenceCache {
  package let plan: CachePlan
  /// Tokens fed so far; the next has this position.
  package private(set) var logicalLength = 0
  /// Slots given up so far in each head.
  package private(set) var evictedSlots = 0
  /// Evictions that each head owes before the next `append`.
  package private(set) var evictionsDue = 0

  let pool: CachePool
  /// All pages that the cache may come to need, in the order of its heads.
  let pages: [Range<UInt32>]
  var isReleased = false
  private let blocks: AlignedBuffer
  private let layout: ColumnLayout
  private let kvHeads: Int
  private var newCount = 0
  /// Whether the queries of this step count in the statistics.
  private var isCounted = false

  /// `pages` must be `plan.layout.pages` for every head.
  init(plan: CachePlan, pool: CachePool, pages: [Range<UInt32>]) {
    self.plan = plan
    self.pool = pool
    self.pages = pages
    layout = plan.layout
    kvHeads = plan.shape.kvHeads
    blocks = AlignedBuffer(byteCount: plan.layout.headBytes * plan.shape.heads)
    var entry = 0
    for page in pages.joined() {
      // Safety: there are `layout.pages` numbers for every head, and so many entries in its column.
      unsafe head(entry / layout.pages).pages[entry % layout.pages] = page
      entry += 1
    }
  }

  /// Slots that each head holds.
  package var residentSlots: Int { logicalLength - evictedSlots }
  /// Bytes that the cache may come to hold.
  package var peakBytes: Int { plan.peakBytes }
  /// Bytes that it holds now: its pages and its bookkeeping.
  package var residentBytes: Int {
    columnBytes + startedPages * plan.shape.pageBytes
  }

  /// Reserves a slot in every head for each of the next `count` tokens.
  ///
  /// Prompt tokens must come in chunks as `CachePlan.nextChunk` gives them, generated ones singly. O(heads * count).
  package func append(_ count: Int) {
    precondition(!isReleased && evictionsDue == 0, "a live cache whose last step has ended")
    precondition(count > 0 && count <= plan.maxTotalTokens - logicalLength, "tokens within the plan")
    let end = logicalLength + count
    let firstCounted = plan.schedule.firstCounted ?? .max
    precondition(end <= firstCounted || logicalLength >= firstCounted, "a chunk as the plan gave it")
    for index in 0..<plan.shape.heads { head(index).append(count, at: logicalLength, from: pool) }
    isCounted = logicalLength >= firstCounted && plan.schedule.counts(fed: end)
    logicalLength = end
    newCount = count
    evictionsDue = plan.schedule.evictionsDue(resident: residentSlots, fed: logicalLength)
  }

  /// What the kernels of one (layer, KV head) read and write; good until the next `append`.
  package func slots(layer: Int, head: Int) -> KeyValueSlots {
    let columns = self.head(layer: layer, head: head)
    var counted = SlotColumns()
    if isCounted {
      unsafe counted.sums = columns.sums
      unsafe counted.squares = columns.squares
      unsafe counted.window = columns.last
      counted.windowRows = 1
      counted.windowStride = layout.slots
      counted.firstQuery = logicalLength - newCount
    }
    // Safety: the block and the pool outlive this cache, and the caller's use of the result ends with it.
    return unsafe KeyValueSlots(
      keys: pool.keys, values: pool.values, pages: columns.pages, halfPageBytes: plan.shape.pageBytes / 2,
      slotCount: columns.slotCount, newSlots: columns.newSlots, newCount: newCount, columns: counted)
  }

  /// Evicts what is due in every head of a layer.
  ///
  /// Touches the data of this layer only: threads may evict different layers at once, each with its own scratch. O(slots), without
  /// allocation once the scratch has grown.
  package func evict(layer: Int, scratch: inout EvictionScratch) {
    guard evictionsDue > 0 else { return }
    scratch.fit(layout.slots)
    let phase: EvictionPhase = logicalLength <= plan.promptTokens ? .prefill : .decode
    if plan.averagesLast(in: phase) {
      HeadColumns.averageLast((0..<kvHeads).map { self.head(layer: layer, head: $0) })
    }
    let protection = plan.protection(in: phase)
    let candidates =
      Int32(
        protection.firstCandidate)..<Int32(max(protection.firstCandidate, logicalLength - protection.recent))
    var moment = plan.moment(phase, layer: layer, fed: logicalLength)
    for head in 0..<kvHeads {
      moment.head = head
      let columns = self.head(layer: layer, head: head)
      columns.gather(
        into: &scratch.statistics, candidates: candidates, fed: logicalLength,
        firstCounted: plan.schedule.firstCounted ?? 0)
      VictimPicker.pick(evictionsDue, by: plan.policy, at: moment, in: &scratch)
      columns.punch(scratch.victims)
    }
  }

  /// Ends a step, after every layer has evicted what was due.
  package func endStep() {
    evictedSlots += evictionsDue
    evictionsDue = 0
  }

  /// Original positions of a head's live slots, in slot order.
  package func positions(layer: Int, head: Int) -> [Int] { self.head(layer: layer, head: head).livePositions }
}

extension SequenceCache {
  var columnBytes: Int { blocks.byteCount }

  /// Pages that hold a slot, or did, in all heads.
  var startedPages: Int { (0..<plan.shape.heads).reduce(0) { $0 + head($1).startedPages } }

  private func head(layer: Int, head: Int) -> HeadColumns {
    precondition(
      layer >= 0 && layer < plan.shape.layers && head >= 0 && head < kvHeads, "a head of the model")
    return self.head(layer * kvHeads + head)
  }

  private func head(_ index: Int) -> HeadColumns {
    // Safety: `index` is below the number of heads, for each of which there is a block.
    unsafe HeadColumns(block: blocks.base + index * layout.headBytes, layout: layout)
  }
}
