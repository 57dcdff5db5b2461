/// Whether a saved cache is one that the plan's own sequence could have come to.
///
/// Checksums find accidents only. A cache that passes here can neither trap nor leave its pages, whoever wrote it.
extension SavedCache {
  /// - Throws: `CacheError.savedUnusable`; O(bytes of columns).
  func check(for plan: CachePlan) throws(CacheError) {
    try checkOffsets(plan)
    try checkSlots(plan)
    try checkTotals(plan)
    let bytes = bytes
    let counts = record.counts
    let sizes = counts.enumerated().map { head, counts in
      HeadColumns.savedBytes(
        plan.layouts[head / plan.shape.kvHeads], counts, pageBytes: plan.shape.pageBytes)
    }
    let expected = sizes.reduce(0, +)
    guard bytes.count == expected else {
      throw .savedUnusable("it has \(bytes.count) bytes, and \(expected) are expected")
    }
    var start = 0
    var head = SavedHeadCheck(plan.layout, fedTokens: record.fedTokens)
    for index in counts.indices {
      guard head.isSound(bytes, from: start, counts[index]) else {
        throw .savedUnusable("the columns of head \(index) contradict themselves")
      }
      start += sizes[index]
    }
  }

  /// Layers' limits are the plan's, or, where they follow the attention that was measured, within its bounds.
  private func checkOffsets(_ plan: CachePlan) throws(CacheError) {
    let offsets = record.layerOffsets
    var isPossible = offsets.count == plan.shape.layers
    if plan.allocator.sharing == .model, plan.schedule.prefillLimit != nil {
      let (setting, allocator) = (plan.allocation, plan.allocator)
      let floor = min(allocator.floor(setting), setting.budget)
      let bounds = floor - setting.budget...max(floor, allocator.ceiling(setting)) - setting.budget
      isPossible = isPossible && offsets.allSatisfy(bounds.contains) && offsets.reduce(0, +) == 0
    } else {
      isPossible = isPossible && offsets == plan.layerOffsets
    }
    guard isPossible else { throw .savedUnusable("its layers' budgets are not those of its options") }
  }

  private func checkSlots(_ plan: CachePlan) throws(CacheError) {
    let heads = plan.shape.heads
    guard record.slots.count == heads, record.holes.count == heads else {
      throw .savedUnusable("it has \(record.slots.count) heads, and \(heads) are expected")
    }
    let isPossible = record.counts.enumerated().allSatisfy { head, counts in
      counts.fit(plan.layouts[head / plan.shape.kvHeads]) && counts.holes <= 1 && counts.slots > counts.holes
    }
    guard isPossible else {
      throw .savedUnusable("a head's number of slots is outside what its options allow")
    }
  }

  /// What heads hold that share slots follows from the schedule, or is bounded by it.
  private func checkTotals(_ plan: CachePlan) throws(CacheError) {
    let (kvHeads, schedule) = (plan.shape.kvHeads, plan.schedule)
    let fed = record.fedTokens
    let slots = { (layer: Int) in
      schedule.slots(
        fed: fed, offset: plan.layerOffsets[layer], isWindowed: plan.shape.isWindowed(layer: layer))
    }
    let isPossible =
      switch plan.allocator.sharing {
      case .none:
        record.slots.indices.allSatisfy { record.live($0) == slots($0 / kvHeads) }
      case .layer:
        (0..<plan.shape.layers).allSatisfy { layer in
          let heads = layer * kvHeads..<(layer + 1) * kvHeads
          return heads.reduce(0) { $0 + record.live($1) } == kvHeads * slots(layer)
        }
      case .model:
        record.residentTotal <= plan.shape.heads * schedule.slots(fed: fed, offset: 0)
      }
    let lanes = CacheShape.slotsPerPage
    let pages = record.slots.reduce(0) { $0 + ($1 + lanes - 1) / lanes }
    guard isPossible, pages <= plan.pageCount else {
      throw .savedUnusable("its number of slots is not what its tokens and options lead to")
    }
  }
}

/// Looks through the columns of one head after the other.
private struct SavedHeadCheck {
  private let layout: ColumnLayout
  /// The last head that had each position.
  private var lastHead: [Int32]
  private var head: Int32 = 0

  init(_ layout: ColumnLayout, fedTokens: Int) {
    self.layout = layout
    lastHead = Array(repeating: 0, count: fedTokens)
  }

  /// Whether positions are those of different tokens, numbers are finite and ranks follow the positions.
  mutating func isSound(_ bytes: [UInt8], from start: Int, _ counts: HeadColumns.Counts) -> Bool {
    head += 1
    var offset = start
    var pieces = HeadColumns.pieceBytes(layout, counts).map { size in
      defer { offset += size }
      return Self.numbers(bytes, offset..<offset + size)
    }
    let hole = pieces.removeLast().first
    let positions = pieces.removeFirst()
    if let hole, !positions.indices.contains(Int(hole)) { return false }
    guard areDistinct(positions, but: hole.map(Int.init)) else { return false }
    // Like pages, the newest one may hold anything.
    if layout.newestBytes > 0 { pieces.removeLast() }
    let columns = pieces.count - (layout.needs.queryMoments ? 1 : 0) - (layout.ranks ? 1 : 0)
    if layout.ranks, !Self.areRanks(pieces.remove(at: columns), of: positions) { return false }
    return pieces.joined().allSatisfy { Float(bitPattern: UInt32(bitPattern: $0)).isFinite }
  }

  private mutating func areDistinct(_ positions: [Int32], but hole: Int?) -> Bool {
    for (slot, position) in positions.enumerated() {
      if slot == hole {
        guard position == -1 else { return false }
      } else {
        guard position >= 0, Int(position) < lastHead.count, lastHead[Int(position)] != head else {
          return false
        }
        lastHead[Int(position)] = head
      }
    }
    return true
  }

  private static func areRanks(_ ranks: [Int32], of positions: [Int32]) -> Bool {
    let live = positions.indices.filter { positions[$0] >= 0 }.sorted { positions[$0] < positions[$1] }
    return live.enumerated().allSatisfy { ranks[$1] == Int32($0) }
  }

  private static func numbers(_ bytes: [UInt8], _ range: Range<Int>) -> [Int32] {
    // Safety: loads are bounds-checked by the buffer's slice; any bits are an Int32.
    unsafe bytes.withUnsafeBytes { buffer in
      let part = unsafe UnsafeRawBufferPointer(rebasing: buffer[range])
      return (0..<range.count / 4).map { unsafe part.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self) }
    }
  }
}
