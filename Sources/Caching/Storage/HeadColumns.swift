import Kernels

/// The block of one (layer, KV head) as numbers: its counts, and the columns that `ColumnLayout` lays out.
///
/// Slots `0 ..< slotCount` are live but for the holes that an eviction leaves, listed in ascending order. A hole's position is -1.
@safe struct HeadColumns {
  private let block: UnsafeMutableRawPointer
  let layout: ColumnLayout

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
  var start: UnsafeMutableRawPointer { unsafe block }
  private var header: UnsafeMutablePointer<Int32> { unsafe block.assumingMemoryBound(to: Int32.self) }
  var slotPositions: UnsafeMutablePointer<Int32> { unsafe column(layout.positions) }
  var newSlots: UnsafeMutablePointer<Int32> { unsafe column(layout.newSlots) }
  var pages: UnsafeMutablePointer<UInt32> { unsafe column(layout.pageNumbers) }
  var sums: UnsafeMutablePointer<Float>? { unsafe column(layout.sums, if: layout.needs.sums) }
  var squares: UnsafeMutablePointer<Float>? { unsafe column(layout.squares, if: layout.needs.squares) }
  /// `[windowRows][layout.slots]`.
  var window: UnsafeMutablePointer<Float>? { unsafe column(layout.window, if: layout.needs.windowRows > 0) }
  /// `[memoryColumns][layout.slots]`.
  var memory: UnsafeMutablePointer<Float>? {
    unsafe column(layout.memory, if: layout.needs.memoryColumns > 0)
  }
  var valueNorms: UnsafeMutablePointer<Float>? {
    unsafe column(layout.valueNorms, if: layout.needs.valueNorms)
  }
  /// Queries that have seen the slot, earlier ones counting for less.
  var seen: UnsafeMutablePointer<Float>? { unsafe column(layout.seen, if: layout.counts) }
  /// Each slot's rank among the live ones by position.
  var ranks: UnsafeMutablePointer<Int32>? { unsafe layout.ranks ? column(layout.slotRanks) : nil }
  /// `[2][group][headDimension]`.
  var queryMoments: UnsafeMutablePointer<Float>? {
    unsafe column(layout.queryMoments, if: layout.needs.queryMoments)
  }
  /// A page in half precision, where `KeyValueType` rounds slots to less.
  var newestPage: UnsafeMutableRawPointer? {
    layout.newestBytes > 0 ? unsafe block + layout.newest : nil
  }
  var holes: UnsafeMutablePointer<Int32> { unsafe column(layout.holes) }

  private func column<T>(_ offset: Int) -> UnsafeMutablePointer<T> {
    unsafe (block + offset).assumingMemoryBound(to: T.self)
  }
  private func column(_ offset: Int, if isKept: Bool) -> UnsafeMutablePointer<Float>? {
    isKept ? unsafe column(offset) : nil
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
  /// Pages that hold a slot, or did and have not been given back.
  private(set) var startedPages: Int {
    get { unsafe Int(header[2]) }
    nonmutating set { unsafe header[2] = Int32(newValue) }
  }
  /// Slots that hold a token.
  var liveCount: Int { slotCount - holeCount }
}

extension HeadColumns {
  /// Gives the first of `count` tokens from `position` on the holes, as far as they reach, and closes those that are left over.
  ///
  /// Returns how many tokens have a slot now. The others come by `extend`, once every head has given back what it can.
  func reuseHoles(_ count: Int, at position: Int, in pool: CachePool) -> Int {
    let live = liveCount
    precondition(live + count <= layout.slots, "no more slots than the plan's peak")
    let reused = min(holeCount, count)
    for token in 0..<reused { unsafe place(token, in: Int(holes[token]), at: position, rank: live) }
    closeHoles(after: reused, in: pool)
    return reused
  }

  /// Gives tokens `first ..< count` from `position` on new slots, in pages that `takePage` brings (nil: the page is in the column already).
  func extend(_ first: Int, _ count: Int, at position: Int, takePage: () -> UInt32?) {
    let live = liveCount - first
    for token in first..<count {
      if slotCount == startedPages * CacheShape.slotsPerPage {
        if let page = takePage() { unsafe pages[startedPages] = page }
        startedPages += 1
      }
      place(token, in: slotCount, at: position, rank: live)
      slotCount += 1
    }
  }

  /// Forgets the last `count` slots; their pages stay started.
  func dropLast(_ count: Int) {
    precondition(holeCount == 0 && count <= slotCount, "so many live slots at the end")
    slotCount -= count
  }

  /// Makes an empty block hold so many slots, whose contents are to be filled in; pages come as in `extend`.
  func adopt(_ counts: Counts, takePage: () -> UInt32?) {
    precondition(startedPages == 0 && counts.fit(layout), "an empty block with room for them")
    while startedPages * CacheShape.slotsPerPage < counts.slots {
      if let page = takePage() { unsafe pages[startedPages] = page }
      startedPages += 1
    }
    slotCount = counts.slots
    holeCount = counts.holes
  }

  /// Gives back the pages behind the last slot.
  func returnPages(_ giveBack: (UInt32) -> Void) {
    while startedPages * CacheShape.slotsPerPage >= slotCount + CacheShape.slotsPerPage {
      startedPages -= 1
      // Safety: a started page's number is in the column.
      unsafe giveBack(pages[startedPages])
    }
  }

  /// Closes all holes but the first, which the next token gets, as its `reuseHoles` would.
  func settle(in pool: CachePool) {
    guard holeCount > 1 else { return }
    closeHoles(after: 1, in: pool)
    holeCount = 1
  }

  private func place(_ token: Int, in slot: Int, at position: Int, rank: Int) {
    // Safety: `slot` is a listed hole or below `layout.slots`, and so is `token`, by the check in `reuseHoles`.
    unsafe newSlots[token] = Int32(slot)
    unsafe slotPositions[slot] = Int32(position + token)
    unsafe ranks?[slot] = Int32(rank + token)
    for index in stride(from: slot, to: floatCount, by: layout.slots) { unsafe floats[index] = 0 }
  }

  /// The columns that hold a `Float` for each slot, the rows of the window among them, as one: they follow each other in the block.
  var floats: UnsafeMutablePointer<Float> { unsafe column(layout.sums) }
  var floatCount: Int { (layout.slotRanks - layout.sums) / 4 }

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
    // Safety: both are slots of started pages, for which there is a number in every column.
    unsafe slotPositions[hole] = slotPositions[slot]
    if let ranks = unsafe ranks { unsafe ranks[hole] = ranks[slot] }
    for start in stride(from: 0, to: floatCount, by: layout.slots) {
      unsafe floats[start + hole] = floats[start + slot]
    }
    let lanes = CacheShape.slotsPerPage
    unsafe pool.moveSlot(
      from: (pages[slot / lanes], slot % lanes), to: (pages[hole / lanes], hole % lanes))
  }

  /// Makes holes of these slots, which must be live and ascending; `spare` is for the ranks.
  func punch(_ victims: [Int32], spare: inout [Int32]) {
    precondition(holeCount == 0 && victims.count <= layout.victims, "one eviction after each append")
    if unsafe ranks != nil { closeRanks(victims, spare: &spare) }
    for (index, slot) in victims.enumerated() {
      precondition(slot >= 0 && slot < slotCount, "a victim is a live slot")
      // Safety: `index` and `slot` are in range by the checks above.
      unsafe holes[index] = slot
      unsafe slotPositions[Int(slot)] = -1
    }
    holeCount = victims.count
  }

  /// Lowers every rank by the number of victims of a lower one.
  private func closeRanks(_ victims: [Int32], spare: inout [Int32]) {
    guard let ranks = unsafe ranks else { return }
    spare.removeAll(keepingCapacity: true)
    spare.append(contentsOf: repeatElement(0, count: slotCount))
    // Safety: live slots have ranks below their number, and no hole is open here.
    for slot in victims { unsafe spare[Int(ranks[Int(slot)])] = 1 }
    var lower: Int32 = 0
    for rank in spare.indices {
      lower += spare[rank]
      spare[rank] = lower
    }
    for slot in 0..<slotCount { unsafe ranks[slot] -= spare[Int(ranks[slot])] }
  }

  /// Lets what has been counted so far count `share` as much, and notes that every slot is about to be seen by `count` queries.
  func decay(by share: Float, queries count: Int) {
    guard let seen = unsafe seen else { return }
    // Safety: slots below `slotCount` have all columns.
    for slot in 0..<slotCount {
      unsafe sums?[slot] *= share
      unsafe squares?[slot] *= share
      unsafe seen[slot] = seen[slot] * share + Float(count)
    }
    // A new token is seen by its own query and those after it.
    for token in 0..<count { unsafe seen[Int(newSlots[token])] = Float(count - token) }
  }
}
