/// Where the bookkeeping of one (layer, KV head) lies: offsets in bytes from the start of its block.
///
/// A block is a header of 64 bytes, then columns of 4-byte numbers: position and new-slot index for every slot, more for each
/// statistic that is kept, in q8 the newest tokens in half precision, a page number for every page, a slot index for every victim;
/// rounded up to 64 bytes so that two threads never write to one cache line.
struct ColumnLayout: Sendable, Equatable {
  /// Slots for which there is room: the most that any head holds, rounded up to whole pages.
  let slots: Int
  let pages: Int
  let victims: Int
  let needs: StatisticNeeds
  /// Whether slots have a rank, for keys that are read at cache-relative positions.
  let ranks: Bool
  /// Whether the number of queries that have seen a slot is kept, since it cannot be told from its age.
  let counts: Bool
  /// Values in the queries of one KV head's group.
  let queryValues: Int
  /// Bytes of the page in which the newest tokens are kept in half precision; 0 where slots have it too.
  let newestBytes: Int

  let positions: Int
  let newSlots: Int
  let sums: Int
  let squares: Int
  let window: Int
  let memory: Int
  let valueNorms: Int
  let seen: Int
  let slotRanks: Int
  let queryMoments: Int
  let newest: Int
  let pageNumbers: Int
  let holes: Int
  /// Bytes of one head's block.
  let headBytes: Int

  static let headerBytes = 64

  /// Room for `peakSlots` slots and `victims` evictions at a time; both fit in an `Int32`.
  init(
    peakSlots: Int, victims: Int, needs: StatisticNeeds, ranks: Bool = false, counts: Bool = false,
    queryValues: Int = 0, newestBytes: Int
  ) {
    let pages = (peakSlots + CacheShape.slotsPerPage - 1) / CacheShape.slotsPerPage
    let slots = pages * CacheShape.slotsPerPage
    var end = Self.headerBytes
    func column(_ numbers: Int) -> Int {
      defer { end += 4 * numbers }
      return end
    }
    positions = column(slots)
    newSlots = column(slots)
    sums = column(needs.sums ? slots : 0)
    squares = column(needs.squares ? slots : 0)
    window = column(needs.windowRows * slots)
    memory = column(needs.memoryColumns * slots)
    valueNorms = column(needs.valueNorms ? slots : 0)
    seen = column(counts ? slots : 0)
    slotRanks = column(ranks ? slots : 0)
    queryMoments = column(needs.queryMoments ? 2 * queryValues : 0)
    newest = column(newestBytes / 4)
    pageNumbers = column(pages)
    holes = column(victims)
    headBytes = (end + 63) / 64 * 64
    self.pages = pages
    self.slots = slots
    self.victims = victims
    self.needs = needs
    self.ranks = ranks
    self.counts = counts
    self.queryValues = queryValues
    self.newestBytes = newestBytes
  }
}
