import CKernels

/// The slots of one (sequence, layer, KV head) as the kernels see them: where keys and values lie, what is new, what is counted.
///
/// A page is 16 slots, laid out as its `KeyValueType` says: keys in one place, values in another.
/// Slots `0 ..< slotCount` are all live. The caching layer owns the memory; the pointers are good until its next `append`.
@safe package struct KeyValueSlots {
  /// Keys of page `p` begin `p` half pages after `keys`, its values as far after `values`.
  package let keys: UnsafeMutableRawPointer
  package let values: UnsafeMutableRawPointer
  /// Page number of slots `16 i ..< 16 i + 16`, for every started page.
  package let pages: UnsafePointer<UInt32>
  package let type: KeyValueType
  /// Numbers of a key, and of a value.
  package let headDimension: Int
  /// Live slots, those of the tokens being fed included.
  package let slotCount: Int
  /// Slot of each token being fed, in token order and ascending; a token must not see the slots of later ones.
  package let newSlots: UnsafePointer<Int32>
  package let newCount: Int
  /// Position of every slot's token, which attention with a window needs.
  package let positions: UnsafePointer<Int32>?
  /// Where the newest tokens are kept in half precision, beside slots that are rounded to bytes.
  package let newest: NewestPage?
  /// What attention adds to.
  package let columns: SlotColumns

  package init(
    keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer, pages: UnsafePointer<UInt32>,
    type: KeyValueType, headDimension: Int, slotCount: Int, newSlots: UnsafePointer<Int32>, newCount: Int,
    positions: UnsafePointer<Int32>? = nil, newest: NewestPage? = nil, columns: SlotColumns
  ) {
    // Safety: only stores the pointers; the type's contract says how long they live.
    unsafe self.keys = keys
    unsafe self.values = values
    unsafe self.pages = pages
    self.type = type
    self.headDimension = headDimension
    self.slotCount = slotCount
    unsafe self.newSlots = newSlots
    self.newCount = newCount
    unsafe self.positions = positions
    self.newest = newest
    self.columns = columns
  }
}

/// The keys and values of the newest tokens of one (sequence, layer, KV head) in half precision.
///
/// A page of `KeyValueType.f16` for one block of 16 tokens, token t at `t % 16`. A query attends to the tokens of its own block as they are
/// here, to all others as their slots have them: what a token sees does not depend on how many are fed with it.
@safe package struct NewestPage {
  /// The page of the last token's block, keys before values; attention brings it up to date.
  package let page: UnsafeMutableRawPointer
  /// Number of every slot's token in its sequence.
  package let tokens: UnsafePointer<Int32>
  /// Number of the first token being fed.
  package let first: Int

  /// Tokens of a block.
  package static let tokensPerPage = 16

  package init(page: UnsafeMutableRawPointer, tokens: UnsafePointer<Int32>, first: Int) {
    // Safety: only stores the pointers, which must live as long as the slots that this belongs to.
    unsafe self.page = page
    unsafe self.tokens = tokens
    self.first = first
  }

  /// Bytes of a page.
  package static func byteCount(headDimension: Int) -> Int {
    2 * KeyValueType.f16.halfPageBytes(headDimension: headDimension)
  }
}

/// What an eviction policy wants to know of each slot, or of the queries: columns of 4-byte numbers indexed by slot.
///
/// Nil where the policy keeps none or this chunk is not counted. A counted query's **attention** is the softmax weight of each slot,
/// joined over the query heads of the group.
@safe package struct SlotColumns {
  /// To which each counted query's attention is added.
  package var sums: UnsafeMutablePointer<Float>?
  /// To which the square of it is added.
  package var squares: UnsafeMutablePointer<Float>?
  /// The attention of the last `windowRows` queries, `[windowRows][windowStride]`: query `firstQuery + j` sets all of row
  /// `(firstQuery + j) % windowRows`, with 0 for slots that it does not see.
  package var window: UnsafeMutablePointer<Float>?
  package var windowRows = 0
  package var windowStride = 0
  /// Number of the chunk's first query among all tokens of its sequence.
  package var firstQuery = 0
  /// How a group's query heads are joined: the mean of their weights, or the softmax of the largest of their logits.
  package var joinsByMaximum = false
  /// Set for each new slot to the sum of its value's magnitudes as it is stored, rounded to half precision: `|v|_1`.
  package var valueNorms: UnsafeMutablePointer<Float>?
  /// To which the queries before rotation and scaling, and their squares, are added: `[2][group][headDimension]`; the chunk's
  /// tokens from `firstMoment` on count, in token order.
  package var queryMoments: UnsafeMutablePointer<Float>?
  package var firstMoment = 0
  /// Position at which each slot's key is to be read, where keys are stored before rotation; nil where they are stored rotated.
  package var keyPositions: UnsafePointer<Int32>?

  package init() {}

  /// Stops unless the window has a row for a query, with room for every slot.
  func checkWindow(slots: Int) {
    guard unsafe window != nil else { return }
    precondition(
      windowRows > 0 && windowStride >= slots && firstQuery >= 0, "the window has no place for a row")
  }

  /// Whether this chunk's attention is added to any column.
  var countsAttention: Bool { unsafe sums != nil || squares != nil || window != nil }
}

extension kvota_slots {
  /// Slots as the kernels see them.
  init(_ slots: KeyValueSlots) {
    // Safety: pointers are passed on; `KeyValueSlots` says how long they live.
    unsafe self.init(
      keys: slots.keys.assumingMemoryBound(to: UInt8.self),
      values: slots.values.assumingMemoryBound(to: UInt8.self), key_pages: slots.pages, pages: slots.pages,
      key_type: slots.type.kernelType, value_type: slots.type.kernelType, slots: Int32(slots.slotCount),
      head_dim: Int32(slots.headDimension), new_slots: slots.newSlots, new_count: Int32(slots.newCount),
      positions: nil, first_position: 0, window: 0, soft_cap: 0,
      newest: slots.newest.map { unsafe kvota_newest($0) } ?? kvota_newest())
  }
}

extension kvota_newest {
  /// A newest page as the kernels see it, but for what belongs to the step.
  init(_ newest: NewestPage) {
    // Safety: pointers are passed on; `NewestPage` says how long they live.
    unsafe self.init(
      page: newest.page.assumingMemoryBound(to: UInt8.self), later: nil, tokens: newest.tokens,
      first: Int32(newest.first), positions: nil, turns: nil, rotated: 0, halves: 0)
  }
}

extension kvota_slots {
  /// How many blocks of newest tokens begin within the chunk, and the bytes of a page for one.
  var laterPages: (count: Int, bytes: Int) {
    guard unsafe newest.page != nil else { return (0, 0) }
    let (first, tokens) = unsafe (Int(newest.first), NewestPage.tokensPerPage)
    let count = unsafe (first + Int(new_count) - 1) / tokens - first / tokens
    return (count, unsafe NewestPage.byteCount(headDimension: Int(head_dim)))
  }
}

extension kvota_columns {
  /// A chunk's columns as the kernels see them.
  init(_ columns: SlotColumns) {
    // Safety: pointers are passed on; `SlotColumns` says how long they live.
    unsafe self.init(
      sums: columns.sums, squares: columns.squares, window: columns.window,
      window_stride: columns.windowStride, window_rows: Int32(columns.windowRows),
      first_query: Int32(columns.firstQuery), by_maximum: columns.joinsByMaximum)
  }
}
