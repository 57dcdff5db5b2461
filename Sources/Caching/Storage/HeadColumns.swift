/// The block of one (layer, KV head) as numbers: its counts, and the columns that `ColumnLayout` lays out.
///
/// Slots `0 ..< slotCount` are live but for the holes that an eviction leaves, listed in ascending order. A hole's position is -1.
@safe struct HeadColumns {
  private let block: UnsafeMutableRawPointer
  private let layout: ColumnLayout

  /// - Parameters:
  ///   - block: `layout.headBytes` bytes, zeroed before first use, that outlive this value.
  ///   - layout: what lies where in it.
  init(block: UnsafeMutableRawPointer, layout: ColumnLayout) {
    // Safety: only stored; the contract above says what it points to.
    unsafe self.block = block
    self.layout = layout
  }

  // Safety: all offsets come from the layout, which keeps columns apart and 4-byte aligned inside the block; every column
  // holds one plain type for its whole life. Indices are checked where they enter: `append`, `punch`.
  private var header: UnsafeMutablePointer<Int32> { unsafe block.assumingMemoryBound(to: Int32.self) }
  var slotPositions: UnsafeMutablePointer<Int32> { unsafe column(layout.positions) }
  var newSlots: UnsafeMutablePointer<Int32> { unsafe column(layout.newSlots) }
  var pages: UnsafeMutablePointer<UInt32> { unsafe column(layout.pageNumbers) }
  var sums: UnsafeMutablePointer<Float>? { unsafe column(layout.sums, .sums) }
  var squares: UnsafeMutablePointer<Float>? { unsafe column(layout.squares, .squares) }
  var last: UnsafeMutablePointer<Float>? { unsafe column(layout.last, .last) }
  private var holes: UnsafeMutablePointer<Int32> { unsafe column(layout.holes) }

  private func column<T>(_ offset: Int) -> UnsafeMutablePointer<T> {
    unsafe (block + offset).assumingMemoryBound(to: T.self)
  }
  private func column(_ offset: Int, _ kind: StatisticColumns) -> UnsafeMutablePointer<Float>? {
    layout.columns.contains(kind) ? unsafe column(offset) : nil
  }

  /// Slots in use, holes included.
  private(set) var slotCount: Int {
    get { unsafe Int(header[0]) }
    nonmutating set { unsafe header[0] = Int32(newValue) }
  }
  private(set) var holeCount: Int {
    get { unsafe Int(header[1]) }
    nonmutating set { unsafe header[1] = Int32(newValue) }
  }
  /// Pages that hold a slot, or did.
  private(set) var startedPages: Int {
    get { unsafe Int(header[2]) }
    nonmutating set { unsafe header[2] = Int32(newValue) }
  }
}

extension HeadColumns {
  /// Gives `count` tokens from `position` on a slot each: holes first, then new ones; holes left over are closed.
  func append(_ count: Int, at position: Int, from pool: CachePool) {
    precondition(slotCount - holeCount + count <= layout.slots, "no more slots than the plan's peak")
    let reused = min(holeCount, count)
    for token in 0..<reused { unsafe place(token, in: Int(holes[token]), at: position) }
    for token in reused..<count {
      if slotCount == startedPages * CacheShape.slotsPerPage {
        pool.startPage()
        startedPages += 1
      }
      place(token, in: slotCount, at: position)
      slotCount += 1
    }
    closeHoles(after: reused, in: pool)
  }

  private func place(_ token: Int, in slot: Int, at position: Int) {
    // Safety: `slot` is a listed hole or below `layout.slots`, and so is `token`, by the check in `append`.
    unsafe newSlots[token] = Int32(slot)
    unsafe slotPositions[slot] = Int32(position + token)
    unsafe sums?[slot] = 0
    unsafe squares?[slot] = 0
  }

  /// Moves the last slot into the highest hole until none is left; the last slot is then live, or the hole itself.
  private func closeHoles(after reused: Int, in pool: CachePool) {
    for index in stride(from: holeCount - 1, through: reused, by: -1) {
      // Safety: `index` is below the number of listed holes.
      let hole = unsafe Int(holes[index])
      slotCount -= 1
      if hole != slotCount { move(slotCount, to: hole, in: pool) }
    }
    holeCount = 0
  }

  private func move(_ slot: Int, to hole: Int, in pool: CachePool) {
    // Safety: both are slots of started pages. `last` stays behind: every counted forward sets it for all slots.
    unsafe slotPositions[hole] = slotPositions[slot]
    if let sums = unsafe sums { unsafe sums[hole] = sums[slot] }
    if let squares = unsafe squares { unsafe squares[hole] = squares[slot] }
    let lanes = CacheShape.slotsPerPage
    unsafe pool.moveSlot(
      from: (pages[slot / lanes], slot % lanes), to: (pages[hole / lanes], hole % lanes))
  }

  /// Makes holes of these slots, which must be live and ascending.
  func punch(_ victims: [Int32]) {
    precondition(holeCount == 0 && victims.count <= layout.victims, "one eviction after each append")
    for (index, slot) in victims.enumerated() {
      precondition(slot >= 0 && slot < slotCount, "a victim is a live slot")
      // Safety: `index` and `slot` are in range by the checks above.
      unsafe holes[index] = slot
      unsafe slotPositions[Int(slot)] = -1
    }
    holeCount = victims.count
  }
}

extension HeadColumns {
  /// Positions of the live slots, in slot order.
  var livePositions: [Int] {
    // Safety: slots below `slotCount` have a position.
    (0..<slotCount).map { unsafe Int(slotPositions[$0]) }.filter { $0 >= 0 }
  }

  /// Copies what the policy may know of the candidates: all slots but the protected ones.
  ///
  /// - Parameters:
  ///   - statistics: where to; needs room for all slots.
  ///   - candidates: positions that are not protected.
  ///   - fed: tokens fed so far.
  ///   - firstCounted: position from which queries were counted.
  func gather(into statistics: inout SlotStatistics, candidates: Range<Int32>, fed: Int, firstCounted: Int) {
    select(candidates, slots: &statistics.slots, positions: &statistics.positions, count: &statistics.count)
    let count = statistics.count
    unsafe Self.copy(sums, statistics.slots, count, to: &statistics.sums)
    unsafe Self.copy(squares, statistics.slots, count, to: &statistics.squares)
    unsafe Self.copy(last, statistics.slots, count, to: &statistics.lastRow)
    Self.countQueries(
      from: firstCounted, to: fed, statistics.positions, count, perQuery: &statistics.perQuery)
  }

  /// Every query from the slot's own, or from the first counted one, until now has seen it.
  private static func countQueries(
    from firstCounted: Int, to fed: Int, _ positions: [Int32], _ count: Int, perQuery: inout [Float]
  ) {
    let positions = positions.span
    var perQuery = perQuery.mutableSpan
    let first = Int32(firstCounted)
    let end = Int32(fed)
    for candidate in 0..<count {
      perQuery[candidate] = 1 / Float(end &- max(positions[candidate], first))
    }
  }

  /// Lists the slots in range without a branch on it, which could not be predicted.
  private func select(
    _ candidates: Range<Int32>, slots: inout [Int32], positions: inout [Int32], count: inout Int
  ) {
    var slots = slots.mutableSpan
    var positions = positions.mutableSpan
    var chosen = 0
    // One unsigned comparison tests both ends: below the range the difference wraps to a large number.
    let width = UInt32(candidates.count)
    for slot in 0..<slotCount {
      // Safety: slots below `slotCount` have a position.
      let position = unsafe slotPositions[slot]
      slots[chosen] = Int32(slot)
      positions[chosen] = position
      chosen += UInt32(bitPattern: position &- candidates.lowerBound) < width ? 1 : 0
    }
    count = chosen
  }

  private static func copy(
    _ column: UnsafeMutablePointer<Float>?, _ slots: [Int32], _ count: Int, to target: inout [Float]
  ) {
    guard let column = unsafe column else { return }
    let slots = slots.span
    var target = target.mutableSpan
    // Safety: the slots were listed from this head's live ones.
    for candidate in 0..<count { target[candidate] = unsafe column[Int(slots[candidate])] }
  }

  /// Gives the heads of a layer, whose slots must be alike, the mean of their `last` columns.
  static func averageLast(_ heads: [HeadColumns]) {
    guard let slotCount = heads.first?.slotCount else { return }
    precondition(heads.allSatisfy { $0.slotCount == slotCount }, "heads that evict alike have slots alike")
    for slot in 0..<slotCount {
      // Safety: `slot` is a live slot of every head.
      let mean = heads.reduce(Float(0)) { unsafe $0 + ($1.last?[slot] ?? 0) } / Float(heads.count)
      for head in heads { unsafe head.last?[slot] = mean }
    }
  }
}
