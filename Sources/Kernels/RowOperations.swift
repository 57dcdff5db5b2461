import CKernels

// What `Compute` shares out: plain values of pointers and sizes that it has checked. A task touches the rows, or the groups of
// columns, that its number names, and nothing else.

/// One packed matrix times all rows; a task is a range of groups of 16 columns.
@safe struct Product: ParallelWork {
  let kernel: kvota_gemm
  let packed: UnsafePointer<UInt8>
  let inner: Int32
  let groups: Int
  let tasks: Int
  let source: UnsafeRawPointer
  /// Bytes of a tile of rows in the source.
  let tileBytes: Int
  let rows: Int
  let target: UnsafeMutablePointer<Float>
  let width: Int

  func perform(_ task: Int) {
    multiply(groups * task / tasks..<groups * (task + 1) / tasks, rows: 0..<rows)
  }

  /// The product of some groups with some rows, which begin with a tile.
  func multiply(_ groups: Range<Int>, rows: Range<Int>) {
    // Safety: checked by whoever shares this out.
    unsafe kernel(
      packed, inner, Int32(groups.lowerBound), Int32(groups.upperBound),
      source + rows.lowerBound / KVOTA_TILE * tileBytes, Int32(rows.count), target + rows.lowerBound * width,
      width)
  }
}

/// The residual connection of a row if there is an update, its RMSNorm, and its quantizing if there are tiles for it.
@safe struct Normalization: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let x: UnsafeMutablePointer<Float>
  let update: UnsafePointer<Float>?
  let updateWidth: Int
  let scale: UnsafePointer<Float>
  let width: Int
  let epsilon: Float
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  func perform(_ row: Int) {
    // Safety: checked by `Compute.normalize`.
    let (values, out) = unsafe (x + row * width, target + row * width)
    if let update = unsafe update {
      unsafe table.pointee.add(values, update + row * updateWidth, Int32(width))
    }
    unsafe table.pointee.rms_norm(values, scale, Int32(width), epsilon, out)
    if let tiles = unsafe tiles { unsafe table.pointee.quantize(out, width: width, row: row, tiles) }
  }
}

/// Two packed matrices times all rows, SwiGLU of the two products, and its quantizing if there are tiles for it; a task is a range of
/// columns that are still in the nearest caches when they meet.
@safe struct GatedProduct: ParallelWork {
  let gate: Product
  let up: Product
  let table: UnsafePointer<kvota_isa>
  /// Columns that belong together: a quantized block, or a group.
  let unit: Int
  let width: Int
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  /// Rows whose products of one task fit the second-level cache.
  private static var rowsAtOnce: Int { 8 * KVOTA_TILE }

  func perform(_ task: Int) {
    let units = (width + unit - 1) / unit
    let first = units * task / gate.tasks * unit
    let last = min(units * (task + 1) / gate.tasks * unit, width)
    for start in stride(from: 0, to: gate.rows, by: Self.rowsAtOnce) {
      perform(first..<last, rows: start..<min(start + Self.rowsAtOnce, gate.rows))
    }
  }

  private func perform(_ columns: Range<Int>, rows: Range<Int>) {
    let (first, last) = (columns.lowerBound, columns.upperBound)
    let groups = first / KVOTA_GROUP..<(last + KVOTA_GROUP - 1) / KVOTA_GROUP
    gate.multiply(groups, rows: rows)
    up.multiply(groups, rows: rows)
    for row in rows {
      // Safety: checked by `Compute.multiplyGated`.
      let (at, out) = unsafe (row * gate.width + first, target + row * width)
      unsafe table.pointee.silu_multiply(gate.target + at, up.target + at, Int32(last - first), out + first)
      if let tiles = unsafe tiles {
        unsafe table.pointee.quantize(
          out, Int32(width / KVOTA_BLOCK), Int32(first / KVOTA_BLOCK), Int32(last / KVOTA_BLOCK), Int32(row),
          tiles)
      }
    }
  }
}

/// The residual connection of a row.
@safe struct Addition: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let target: UnsafeMutablePointer<Float>
  let width: Int
  let source: UnsafePointer<Float>
  let stride: Int

  func perform(_ row: Int) {
    // Safety: checked by `Compute.add`.
    unsafe table.pointee.add(target + row * width, source + row * stride, Int32(width))
  }
}

/// The quantizing of a row.
@safe struct Quantization: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let source: UnsafePointer<Float>
  let width: Int
  let tiles: UnsafeMutablePointer<UInt8>

  func perform(_ row: Int) {
    // Safety: checked by whoever shares this out.
    unsafe table.pointee.quantize(source + row * width, width: width, row: row, tiles)
  }
}

extension kvota_isa {
  /// Quantizes a whole row into its place in the tiles.
  func quantize(
    _ values: UnsafePointer<Float>, width: Int, row: Int, _ tiles: UnsafeMutablePointer<UInt8>
  ) {
    let blocks = Int32(width / KVOTA_BLOCK)
    unsafe quantize(values, blocks, 0, blocks, Int32(row), tiles)
  }
}
