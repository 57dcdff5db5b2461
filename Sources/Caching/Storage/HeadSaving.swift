/// Heads as bytes, one after the other: each its live pieces, then its pages, of these the keys before the values.
extension HeadColumns {
  /// The sizes of the live pieces of a head with such counts, in bytes.
  static func pieceBytes(_ layout: ColumnLayout, _ counts: Counts) -> [Int] {
    let columns = (layout.slotRanks - layout.sums) / 4 / max(1, layout.slots)
    var numbers = Array(repeating: counts.slots, count: 1 + columns)
    if layout.ranks { numbers.append(counts.slots) }
    if layout.needs.queryMoments { numbers.append(2 * layout.queryValues) }
    if layout.newestBytes > 0 { numbers.append(layout.newestBytes / 4) }
    return (numbers + [counts.holes]).map { 4 * $0 }
  }

  /// Bytes of a head with such counts.
  static func savedBytes(_ layout: ColumnLayout, _ counts: Counts, pageBytes: Int) -> Int {
    pieceBytes(layout, counts).reduce(0, +) + counts.pages * pageBytes
  }

  private static func savedBytes(_ heads: [HeadColumns], in pool: CachePool) -> Int {
    heads.reduce(0) { $0 + savedBytes($1.layout, $1.counts, pageBytes: pool.shape.pageBytes) }
  }

  static func saved(_ heads: [HeadColumns], in pool: CachePool) -> [UInt8] {
    let total = savedBytes(heads, in: pool)
    // Safety: every head writes as many bytes as were counted for it.
    return unsafe [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
      guard var target = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      for head in heads { unsafe head.save(to: &target, in: pool) }
      count = total
    }
  }

  private func save(to target: inout UnsafeMutableRawPointer, in pool: CachePool) {
    unsafe livePieces.forEach { piece in
      // Safety: the caller has room for all pieces and pages.
      if let source = piece.baseAddress { unsafe target.copyMemory(from: source, byteCount: piece.count) }
      unsafe target += piece.count
    }
    for page in 0..<counts.pages {
      // Safety: a page that holds a slot has its number in the column.
      unsafe pool.read(pages[page], into: target)
      unsafe target += pool.shape.pageBytes
    }
  }

  /// Fills heads that have adopted the counts of those that `bytes` came from, under layouts of the same kind.
  static func restore(_ heads: [HeadColumns], from bytes: [UInt8], in pool: CachePool) {
    precondition(bytes.count == savedBytes(heads, in: pool), "bytes that were checked for these heads")
    unsafe bytes.withUnsafeBytes { buffer in
      guard var source = buffer.baseAddress else { return }
      for head in heads { unsafe head.restore(from: &source, in: pool) }
    }
  }

  private func restore(from source: inout UnsafeRawPointer, in pool: CachePool) {
    unsafe livePieces.forEach { piece in
      // Safety: there are as many bytes as all pieces and pages have.
      if let target = piece.baseAddress { unsafe target.copyMemory(from: source, byteCount: piece.count) }
      unsafe source += piece.count
    }
    for page in 0..<counts.pages {
      // Safety: as in `save`.
      unsafe pool.write(pages[page], from: source)
      unsafe source += pool.shape.pageBytes
    }
  }
}
