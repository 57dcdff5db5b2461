import CKernels

/// A weight matrix `[rows, inner]` repacked for the kernels: groups of 16 rows, blocks of 32 inner values.
///
/// Several matrices with the same input (query, key and value; gate and up) stack into one, so that one region multiplies them all.
@safe package final class PackedMatrix {
  /// One stacked matrix as it lies in the model file.
  package struct Part {
    package let storage: TensorStorage
    package let rows: Int
    /// Called with a closure that wants the matrix's bytes, row after row.
    package let bytes: ((RawSpan) -> Void) -> Void

    package init(storage: TensorStorage, rows: Int, bytes: @escaping ((RawSpan) -> Void) -> Void) {
      self.storage = storage
      self.rows = rows
      self.bytes = bytes
    }
  }

  @safe struct Segment {
    let format: kvota_format
    let data: UnsafeMutablePointer<UInt8>
    let groups: Int
    let byteCount: Int
  }

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
      let segment = Self.pack(part, inner: inner, arena: arena, pool: pool)
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

  private static func pack(_ part: Part, inner: Int, arena: WeightArena, pool: ThreadPool) -> Segment {
    let groupRows = KVOTA_GROUP
    let groups = (part.rows + groupRows - 1) / groupRows
    let groupBytes = kvota_group_bytes(part.storage.format, Int32(inner))
    let data = unsafe arena.place(groups * groupBytes)
    let rowBytes = part.storage.rowBytes(inner) ?? 0
    part.bytes { span in
      precondition(span.byteCount >= rowBytes * part.rows, "the matrix is shorter than its shape")
      // Safety: source and target sizes were checked or computed above; every task writes its own group.
      unsafe span.withUnsafeBytes { source in
        guard let start = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        pool.run(tasks: groups) { group in
          let rows = min(groupRows, part.rows - group * groupRows)
          for block in 0..<(inner + 31) / 32 {
            unsafe part.storage.type.pointee.pack(
              start + group * groupRows * rowBytes, rowBytes, Int32(rows), Int32(inner), Int32(block),
              data + group * groupBytes)
          }
        }
      }
    }
    return unsafe Segment(
      format: part.storage.format, data: data, groups: groups, byteCount: groups * groupBytes)
  }
}
