import CKernels

/// A weight matrix `[rows, inner]` repacked for the kernels: groups of 16 rows, blocks of 32 inner values.
///
/// Several matrices with the same input (query, key and value; gate and up) stack into one, so that one region multiplies them all.
@safe package final class PackedMatrix {
  /// One stacked matrix as it lies in the model file.
  package struct Part {
    package let storage: TensorStorage
    package let rows: Int
    /// Called with a range of rows and a closure that wants their bytes; once for each range, in order.
    package let lend: (Range<Int>, (RawSpan) -> Void) -> Void

    package init(
      storage: TensorStorage, rows: Int, lend: @escaping (Range<Int>, (RawSpan) -> Void) -> Void
    ) {
      self.storage = storage
      self.rows = rows
      self.lend = lend
    }
  }

  @safe struct Segment {
    let format: kvota_format
    let data: UnsafeMutablePointer<UInt8>
    let groups: Int
    let byteCount: Int
    /// Where its outputs begin in an output row.
    let offset: Int
  }

  /// Bytes of the file that are packed at a time, and so are in memory twice: enough work for many threads.
  private static let pieceBytes = 16 << 20

  /// Values in a row.
  package let inner: Int
  /// Where each part's outputs begin in an output row; parts are padded to 16 rows.
  package let offsets: [Int]
  /// Floats in an output row, padding included.
  package let outputWidth: Int
  /// Whether the input must be quantized.
  package let needsQuantizedInput: Bool
  /// Bytes of packed weights.
  package let byteCount: Int
  // Safety: allocated in init, freed in deinit; a plain pointer so that the hot path does no reference counting.
  let segments: UnsafeMutableBufferPointer<Segment>
  private let arena: WeightArena

  /// Packs `parts` into `arena`, on all threads of `pool`.
  ///
  /// Each part's rows must be whole blocks of `inner` values.
  package init(inner: Int, parts: [Part], arena: WeightArena, pool: ThreadPool) {
    self.inner = inner
    self.arena = arena
    var offsets: [Int] = []
    var width = 0
    var bytes = 0
    unsafe segments = .allocate(capacity: parts.count)
    for (index, part) in parts.enumerated() {
      precondition(part.storage.rowBytes(inner) != nil && part.rows > 0, "a row is no whole number of blocks")
      let segment = Self.pack(part, inner: inner, offset: width, arena: arena, pool: pool)
      offsets.append(width)
      width += segment.groups * KVOTA_GROUP
      bytes += segment.byteCount
      unsafe segments.initializeElement(at: index, to: segment)
    }
    self.offsets = offsets
    outputWidth = width
    byteCount = bytes
    needsQuantizedInput = parts.contains { $0.storage.isQuantized }
  }

  deinit {
    unsafe segments.deinitialize()
    unsafe segments.deallocate()
  }

  private static func pack(
    _ part: Part, inner: Int, offset: Int, arena: WeightArena, pool: ThreadPool
  ) -> Segment {
    let groups = (part.rows + KVOTA_GROUP - 1) / KVOTA_GROUP
    let groupBytes = kvota_group_bytes(part.storage.format, Int32(inner))
    let data = unsafe arena.place(groups * groupBytes)
    let groupSourceBytes = (part.storage.rowBytes(inner) ?? 0) * KVOTA_GROUP
    let pieceGroups = max(1, pieceBytes / max(1, groupSourceBytes))
    for first in stride(from: 0, to: groups, by: pieceGroups) {
      let rows = first * KVOTA_GROUP..<min((first + pieceGroups) * KVOTA_GROUP, part.rows)
      part.lend(rows) { span in
        unsafe pack(
          span, rows: rows.count, inner: inner, storage: part.storage, into: data + first * groupBytes,
          groupBytes: groupBytes, pool: pool)
      }
    }
    return unsafe Segment(
      format: part.storage.format, data: data, groups: groups, byteCount: groups * groupBytes, offset: offset)
  }

  /// Packs rows that begin with a group's first; `data` has room for their groups.
  private static func pack(
    _ span: RawSpan, rows: Int, inner: Int, storage: TensorStorage, into data: UnsafeMutablePointer<UInt8>,
    groupBytes: Int, pool: ThreadPool
  ) {
    let rowBytes = storage.rowBytes(inner) ?? 0
    precondition(span.byteCount >= rowBytes * rows, "fewer bytes than the rows have")
    // Safety: source and target sizes were checked above or by the caller; every task writes its own group.
    unsafe span.withUnsafeBytes { source in
      guard let start = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      pool.run(tasks: (rows + KVOTA_GROUP - 1) / KVOTA_GROUP) { group in
        let groupRows = min(KVOTA_GROUP, rows - group * KVOTA_GROUP)
        for block in 0..<(inner + 31) / 32 {
          unsafe storage.type.pointee.pack(
            start + group * KVOTA_GROUP * rowBytes, rowBytes, Int32(groupRows), Int32(inner), Int32(block),
            data + group * groupBytes)
        }
      }
    }
  }
}
