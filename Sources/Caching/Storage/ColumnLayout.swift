/// Where the bookkeeping of one (layer, KV head) lies: offsets in bytes from the start of its block.
///
/// A block is a header of 64 bytes, then columns of 4-byte numbers: position and new-slot index for every slot, one more for
/// each statistic that the policy needs, a page number for every page, a slot index for every victim; rounded up to 64 bytes so
/// that two threads never write to one cache line.
struct ColumnLayout: Sendable, Equatable {
  /// Slots for which there is room: the peak, rounded up to whole pages.
  let slots: Int
  let pages: Int
  let victims: Int
  let columns: StatisticColumns

  static let headerBytes = 64

  /// Room for `peakSlots` slots and `victims` evictions at a time; both fit in an `Int32`.
  init(peakSlots: Int, victims: Int, columns: StatisticColumns) {
    pages = (peakSlots + CacheShape.slotsPerPage - 1) / CacheShape.slotsPerPage
    slots = pages * CacheShape.slotsPerPage
    self.victims = victims
    self.columns = columns
  }

  var positions: Int { Self.headerBytes }
  var newSlots: Int { positions + 4 * slots }
  var sums: Int { newSlots + 4 * slots }
  var squares: Int { sums + (columns.contains(.sums) ? 4 * slots : 0) }
  var last: Int { squares + (columns.contains(.squares) ? 4 * slots : 0) }
  var pageNumbers: Int { last + (columns.contains(.last) ? 4 * slots : 0) }
  var holes: Int { pageNumbers + 4 * pages }

  /// Bytes of one head's block.
  var headBytes: Int { (holes + 4 * victims + 63) / 64 * 64 }

  /// Bytes of all heads' blocks, or nil if that overflows.
  func columnBytes(_ shape: CacheShape) -> Int? {
    let (bytes, overflow) = shape.heads.multipliedReportingOverflow(by: headBytes)
    return overflow ? nil : bytes
  }

  /// Bytes of all pages and blocks when every head holds the peak, or nil if that overflows.
  func totalBytes(_ shape: CacheShape) -> Int? {
    let (pageBytes, pagesOverflow) = pages.multipliedReportingOverflow(by: shape.pageBytes)
    let (headTotal, headOverflow) = pageBytes.addingReportingOverflow(headBytes)
    let (total, overflow) = headTotal.multipliedReportingOverflow(by: shape.heads)
    return pagesOverflow || headOverflow || overflow ? nil : total
  }
}
