import Glibc

/// What an eviction reads of a head's columns.
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
  ///   - protection: what is no candidate.
  ///   - oldest: position below which there are no candidates either.
  ///   - needs: what to copy.
  ///   - fed: tokens fed so far.
  ///   - firstCounted: position from which queries were counted.
  func gather(
    into statistics: inout SlotStatistics, but protection: borrowing Protection, from oldest: Int,
    needs: StatisticNeeds, fed: Int, firstCounted: Int
  ) {
    precondition(slotCount <= statistics.capacity, "room for all slots")
    unsafe statistics.count = select(
      protection.candidates(fed: fed, from: oldest), slots: &statistics.slots,
      positions: &statistics.positions)
    if !protection.pins.isEmpty { statistics.removePositions(protection.pins.contains) }
    let count = statistics.count
    if needs.sums { unsafe Self.copy(sums, statistics.slots, count, to: &statistics.sums) }
    if needs.squares { unsafe Self.copy(squares, statistics.slots, count, to: &statistics.squares) }
    if needs.valueNorms { unsafe Self.copy(valueNorms, statistics.slots, count, to: &statistics.valueNorms) }
    if needs.windowRows > 0 {
      averageWindow(
        rows: needs.windowRows, fed: fed, counted: fed - firstCounted, statistics.slots, count,
        to: &statistics.windowMeans)
    }
    if needs.sums || needs.squares { countQueries(from: firstCounted, to: fed, &statistics) }
    if needs.memoryColumns > 0 { copyMemory(needs.memoryColumns, into: &statistics) }
    if needs.order { statistics.sortByPosition() }
  }

  /// Lists the slots of positions below `oldest`, ascending; between a step and its eviction all slots are live.
  func listSlots(before oldest: Int, into slots: inout [Int32]) {
    slots.removeAll(keepingCapacity: true)
    guard oldest > 0 else { return }
    for slot in 0..<slotCount {
      // Safety: slots below `slotCount` have a position.
      if unsafe slotPositions[slot] < Int32(oldest) { slots.append(Int32(slot)) }
    }
  }

  /// Position of a live slot's token.
  func position(_ slot: Int32) -> Int32 {
    precondition(slot >= 0 && slot < slotCount, "a live slot")
    // Safety: checked above.
    return unsafe slotPositions[Int(slot)]
  }

  // Safety, for the next four: the statistics have room for every slot, as `gather` checks, and candidates are live slots of this
  // head. Checks at each number would take as long as the copying.

  /// Lists the slots that are candidates without a branch on it, which could not be predicted; returns how many they are.
  private func select(
    _ candidates: Range<Int32>, slots: UnsafeMutablePointer<Int32>, positions: UnsafeMutablePointer<Int32>
  ) -> Int {
    var chosen = 0
    let first = candidates.lowerBound
    let width = Int(candidates.upperBound &- first)
    let live = unsafe slotPositions
    for slot in 0..<slotCount {
      let position = unsafe live[slot]
      unsafe slots[chosen] = Int32(truncatingIfNeeded: slot)
      unsafe positions[chosen] = position
      // Below the range the difference wraps to a large number; the sign is taken as a number, since of `? 1 : 0` the compiler
      // may make a branch.
      let age = Int(UInt32(bitPattern: position &- first))
      chosen &-= (age &- width) &>> 63
    }
    return chosen
  }

  /// Copies what a column has of these slots.
  private static func copy(
    _ column: UnsafePointer<Float>?, _ slots: UnsafePointer<Int32>, _ count: Int,
    to target: UnsafeMutablePointer<Float>
  ) {
    guard let column = unsafe column else { return }
    for candidate in 0..<count { unsafe target[candidate] = column[Int(slots[candidate])] }
  }

  /// Every query from the slot's own, or from the first counted one, until now has seen it.
  private func countQueries(from firstCounted: Int, to fed: Int, _ statistics: inout SlotStatistics) {
    let count = statistics.count
    if let seen = unsafe seen {
      unsafe Self.copy(seen, statistics.slots, count, to: &statistics.perQuery)
      for candidate in 0..<count { statistics.perQuery[candidate] = 1 / statistics.perQuery[candidate] }
    } else {
      unsafe Self.countQueries(
        from: firstCounted, to: fed, statistics.positions, count, perQuery: &statistics.perQuery)
    }
  }

  private static func countQueries(
    from firstCounted: Int, to fed: Int, _ positions: UnsafePointer<Int32>, _ count: Int,
    perQuery: UnsafeMutablePointer<Float>
  ) {
    let (first, end) = (Int32(firstCounted), Int32(fed))
    for candidate in 0..<count {
      unsafe perQuery[candidate] = 1 / Float(end &- max(positions[candidate], first))
    }
  }

  /// The mean of the last `rows` rows of the window, or of as many as were counted.
  private func averageWindow(
    rows: Int, fed: Int, counted: Int, _ slots: [Int32], _ count: Int, to means: inout [Float]
  ) {
    guard let window = unsafe window else { return }
    let slots = slots.span
    var means = means.mutableSpan
    let taken = max(1, min(rows, counted))
    for candidate in 0..<count { means[candidate] = 0 }
    for query in fed - taken..<fed {
      // Safety: the row is below `windowRows`, the candidates are live slots.
      let row = unsafe window + query % layout.needs.windowRows * layout.slots
      for candidate in 0..<count { means[candidate] += unsafe row[Int(slots[candidate])] }
    }
    let share = 1 / Float(taken)
    for candidate in 0..<count { means[candidate] *= share }
  }

  private func copyMemory(_ columns: Int, into statistics: inout SlotStatistics) {
    guard let memory = unsafe memory else { return }
    for column in 0..<columns {
      for candidate in 0..<statistics.count {
        // Safety: the candidates are live slots, and there are `memoryColumns` columns.
        statistics.memory[column * statistics.capacity + candidate] =
          unsafe memory[column * layout.slots + Int(statistics.slots[candidate])]
      }
    }
  }

  /// Mean and variance of the queries of `tokens` tokens; both 0 where there are none yet.
  func readMoments(into statistics: inout SlotStatistics, tokens: Int) {
    guard let moments = unsafe queryMoments else { return }
    let count = layout.queryValues
    let share = tokens > 0 ? 1 / Float(tokens) : 0
    statistics.queryMeans.removeAll(keepingCapacity: true)
    statistics.queryVariances.removeAll(keepingCapacity: true)
    for index in 0..<count {
      // Safety: the column holds the sums of `queryValues` values, then those of their squares.
      let mean = unsafe moments[index] * share
      statistics.queryMeans.append(mean)
      unsafe statistics.queryVariances.append(max(0, moments[count + index] * share - mean * mean))
    }
  }

  /// Shows the policy the attention of queries `queries`, one by one.
  func observe(_ queries: Range<Int>, by policy: any EvictionPolicy) {
    guard let window = unsafe window, let memory = unsafe memory, slotCount > 0 else { return }
    for query in queries {
      // Safety: the row is below `windowRows`, and both have `layout.slots` numbers for each row and column.
      let row = unsafe Span(
        _unsafeStart: window + query % layout.needs.windowRows * layout.slots, count: layout.slots)
      var columns = unsafe MutableSpan(
        _unsafeStart: memory, count: layout.needs.memoryColumns * layout.slots)
      policy.observe(row, of: query, memory: &columns)
    }
  }

  /// Gives the heads of a layer, whose slots must be alike, the mean of their windows' only row.
  static func averageLast(_ heads: [HeadColumns]) {
    guard let slotCount = heads.first?.slotCount else { return }
    precondition(heads.allSatisfy { $0.slotCount == slotCount }, "heads that evict alike have slots alike")
    for slot in 0..<slotCount {
      // Safety: `slot` is a live slot of every head.
      let mean = heads.reduce(Float(0)) { unsafe $0 + ($1.window?[slot] ?? 0) } / Float(heads.count)
      for head in heads { unsafe head.window?[slot] = mean }
    }
  }

  /// Entropy and variance of the attention of the last `rows` queries (CAKE, arXiv 2503.12491): of the mean over the queries, in nats,
  /// and over the queries, summed over the slots.
  func windowDispersion(rows: Int, fed: Int, counted: Int) -> (entropy: Float, variance: Float) {
    guard let window = unsafe window, slotCount > 0 else { return (0, 0) }
    let taken = max(1, min(rows, counted))
    var (entropy, variance) = (Float(0), Float(0))
    let lanes = CacheShape.slotsPerPage
    // A page of slots at a time: rows lie apart, and slot by slot each would be read by bits.
    for first in stride(from: 0, to: slotCount, by: lanes) {
      var (sums, squares) = (SIMD16<Float>(), SIMD16<Float>())
      for query in fed - taken..<fed {
        // Safety: the row is below `windowRows`, has room for whole pages, and begins on a cache line like all columns.
        let row = unsafe UnsafeRawPointer(window + query % layout.needs.windowRows * layout.slots + first)
        let weights = unsafe row.load(as: SIMD16<Float>.self)
        sums += weights
        squares += weights * weights
      }
      let means = sums / Float(taken)
      for lane in 0..<min(lanes, slotCount - first) {
        let mean = means[lane]
        variance += max(0, squares[lane] / Float(taken) - mean * mean)
        if mean > 0 { entropy -= mean * logf(mean) }
      }
    }
    return (entropy, variance)
  }
}
