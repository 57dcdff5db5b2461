/// What of a head's block is alive between two steps: all that another block of the same kind needs to go on from here.
extension HeadColumns {
  /// How many slots a head has.
  struct Counts: Sendable, Equatable {
    /// Slots in use, holes included.
    var slots: Int
    var holes: Int

    /// Whether a block of this layout has room for them.
    func fit(_ layout: ColumnLayout) -> Bool {
      (0...layout.slots).contains(slots) && (0...min(layout.victims, slots)).contains(holes)
    }
    /// Pages that hold the slots.
    var pages: Int { (slots + CacheShape.slotsPerPage - 1) / CacheShape.slotsPerPage }
  }

  var counts: Counts { Counts(slots: slotCount, holes: holeCount) }

  /// The live parts of the block, all of 4-byte numbers, in this order: positions, each column of numbers a slot, ranks, queries'
  /// moments, the newest page, holes.
  ///
  /// Blocks of layouts of the same kind that have the same counts have pieces of the same sizes, however wide they are.
  var livePieces: [UnsafeMutableRawBufferPointer] {
    var pieces = unsafe [piece(layout.positions, slotCount)]
    for column in 0..<floatCount / max(1, layout.slots) {
      unsafe pieces.append(piece(layout.sums + 4 * column * layout.slots, slotCount))
    }
    if layout.ranks { unsafe pieces.append(piece(layout.slotRanks, slotCount)) }
    if layout.needs.queryMoments { unsafe pieces.append(piece(layout.queryMoments, 2 * layout.queryValues)) }
    if layout.newestBytes > 0 { unsafe pieces.append(piece(layout.newest, layout.newestBytes / 4)) }
    unsafe pieces.append(piece(layout.holes, holeCount))
    return unsafe pieces
  }

  private func piece(_ offset: Int, _ numbers: Int) -> UnsafeMutableRawBufferPointer {
    // Safety: the offsets are the layout's, and the counts are within its columns.
    unsafe UnsafeMutableRawBufferPointer(start: start + offset, count: 4 * numbers)
  }

  /// Fills the live pieces, for which the counts must be set, with those of a block of the same kind.
  func copyLivePieces(from source: HeadColumns) {
    precondition(
      counts == source.counts && layout.isOfKind(source.layout), "a block of the same kind and counts")
    let (targets, origins) = unsafe (livePieces, source.livePieces)
    for index in unsafe targets.indices {
      // Safety: pieces of the same kind and counts have the same sizes.
      unsafe targets[index].copyMemory(from: UnsafeRawBufferPointer(origins[index]))
    }
  }
}

extension ColumnLayout {
  /// Whether blocks keep the same columns, of whatever width.
  func isOfKind(_ other: ColumnLayout) -> Bool {
    needs == other.needs && ranks == other.ranks && counts == other.counts && queryValues == other.queryValues
      && newestBytes == other.newestBytes
  }
}
