/// The part of a head that outlives its memory, as bytes in one order, whatever the width of its columns.
///
/// Positions, each column's live part, moments, ranks; then the pages, each with its keys before its values.
extension HeadColumns {
  /// What lies where in the block that is to be kept of `slots` slots, as offsets in bytes.
  static func livePieces(_ layout: ColumnLayout, slots: Int) -> [Range<Int>] {
    let piece = { (start: Int, numbers: Int) in start..<start + 4 * numbers }
    var pieces = [piece(layout.positions, slots)]
    for start in Swift.stride(from: layout.sums, to: layout.slotRanks, by: 4 * layout.slots) {
      pieces.append(piece(start, slots))
    }
    if layout.needs.queryMoments { pieces.append(piece(layout.queryMoments, 2 * layout.queryValues)) }
    if layout.ranks { pieces.append(piece(layout.slotRanks, slots)) }
    return pieces
  }

  /// Bytes of all pieces and pages of a head of `slots` slots.
  static func savedBytes(_ layout: ColumnLayout, slots: Int, pageBytes: Int) -> Int {
    livePieces(layout, slots: slots).reduce(0) { $0 + $1.count } + savedPages(slots) * pageBytes
  }

  private static func savedPages(_ slots: Int) -> Int {
    (slots + CacheShape.slotsPerPage - 1) / CacheShape.slotsPerPage
  }

  /// The bytes of settled heads, one after the other.
  static func saved(_ heads: [HeadColumns], in pool: CachePool) -> [UInt8] {
    let pageBytes = pool.shape.pageBytes
    let total = heads.reduce(0) { $0 + savedBytes($1.layout, slots: $1.slotCount, pageBytes: pageBytes) }
    // Safety: every head writes as many bytes as were counted for it.
    return unsafe [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
      guard var target = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      for head in heads { unsafe head.save(to: &target, in: pool) }
      count = total
    }
  }

  private func save(to target: inout UnsafeMutableRawPointer, in pool: CachePool) {
    for piece in Self.livePieces(layout, slots: slotCount) {
      // Safety: pieces lie in the block; the caller has room for all.
      unsafe target.copyMemory(from: block + piece.lowerBound, byteCount: piece.count)
      unsafe target += piece.count
    }
    for page in 0..<Self.savedPages(slotCount) {
      // Safety: a page that holds a slot has its number in the column.
      unsafe pool.read(pages[page], into: target)
      unsafe target += pool.shape.pageBytes
    }
  }

  /// Fills heads that have begun with as many slots as those that `bytes` came from, under layouts with the same columns.
  static func restore(_ heads: [HeadColumns], from bytes: [UInt8], in pool: CachePool) {
    let pageBytes = pool.shape.pageBytes
    let total = heads.reduce(0) { $0 + savedBytes($1.layout, slots: $1.slotCount, pageBytes: pageBytes) }
    precondition(bytes.count == total, "bytes that were checked for these heads")
    unsafe bytes.withUnsafeBytes { buffer in
      guard var source = buffer.baseAddress else { return }
      for head in heads { unsafe head.restore(from: &source, in: pool) }
    }
  }

  private func restore(from source: inout UnsafeRawPointer, in pool: CachePool) {
    for piece in Self.livePieces(layout, slots: slotCount) {
      // Safety: pieces lie in the block; there are as many bytes as all pieces and pages have.
      unsafe (block + piece.lowerBound).copyMemory(from: source, byteCount: piece.count)
      unsafe source += piece.count
    }
    for page in 0..<Self.savedPages(slotCount) {
      // Safety: as in `save`.
      unsafe pool.write(pages[page], from: source)
      unsafe source += pool.shape.pageBytes
    }
  }
}
