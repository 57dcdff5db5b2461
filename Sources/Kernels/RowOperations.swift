import CKernels

// What `Compute` shares out: plain values of pointers and sizes that it has checked. A task touches the rows, or the groups of
// columns, that its number names, and nothing else.

/// One packed matrix, to be multiplied with rows.
@safe struct Product {
  let kernel: kvota_gemm
  let packed: UnsafePointer<UInt8>
  let inner: Int32
  let source: UnsafeRawPointer
  /// Bytes of a tile of rows in the source.
  let tileBytes: Int
  let target: UnsafeMutablePointer<Float>
  let width: Int

  /// The product of some groups with some rows, which begin with a tile.
  func multiply(_ groups: Range<Int>, rows: Range<Int>) {
    // Safety: checked by whoever shares this out.
    unsafe kernel(
      packed, inner, Int32(groups.lowerBound), Int32(groups.upperBound),
      source + rows.lowerBound / KVOTA_TILE * tileBytes, Int32(rows.count), target + rows.lowerBound * width,
      width)
  }
}

/// All parts of a packed matrix times all rows; a task is a range of the groups of all parts together.
@safe struct StackedProduct: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let parts: UnsafeMutableBufferPointer<PackedMatrix.Segment>
  let inner: Int
  let groups: Int
  let tasks: Int
  let rows: Int
  let floats: UnsafeRawPointer
  /// The rows quantized; nil where they are not, and no part wants it.
  let tiles: UnsafeRawPointer?
  let target: UnsafeMutablePointer<Float>
  let width: Int

  func perform(_ task: Int) {
    let (first, last) = (groups * task / tasks, groups * (task + 1) / tasks)
    var start = 0
    for index in unsafe parts.indices {
      let count = unsafe parts[index].groups
      let (from, to) = (max(first - start, 0), min(last - start, count))
      if from < to { part(index).multiply(from..<to, rows: 0..<rows) }
      start += count
    }
  }

  /// The product of one part, into that part's columns.
  func part(_ index: Int) -> Product {
    let segment = unsafe parts[index]
    let isDense = segment.format == KVOTA_F32 || segment.format == KVOTA_F16 || segment.format == KVOTA_BF16
    // Safety: checked by whoever shares this out.
    return unsafe Product(
      kernel: kvota_gemm_of(table, segment.format), packed: UnsafePointer(segment.data), inner: Int32(inner),
      source: isDense ? floats : tiles ?? floats,
      tileBytes: isDense
        ? KVOTA_TILE * inner * MemoryLayout<Float>.size : inner / KVOTA_BLOCK * KVOTA_ACTIVATION_BLOCK,
      target: target + segment.offset, width: width)
  }
}

/// The residual connection of a row if there is an update, its norm, and its quantizing if there are tiles for it.
@safe struct Normalization: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let norm: NormWeights
  let x: UnsafeMutablePointer<Float>
  let update: UnsafePointer<Float>?
  let updateWidth: Int
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  func perform(_ row: Int) {
    // Safety: checked by `Compute.normalize`.
    let width = norm.width
    let (values, out) = unsafe (x + row * width, target + row * width)
    if let update = unsafe update {
      unsafe table.pointee.add(values, update + row * updateWidth, Int32(width))
    }
    unsafe norm.apply(table, values, out)
    if let tiles = unsafe tiles { unsafe table.pointee.quantize(out, width: width, row: row, tiles) }
  }
}

/// The norm of each of the parts of a row, in place.
@safe struct PartNormalization: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let norm: NormWeights
  /// The first part of the first row.
  let start: UnsafeMutablePointer<Float>
  let stride: Int
  let parts: Int

  func perform(_ row: Int) {
    for part in 0..<parts {
      // Safety: checked by `Compute.normalizeParts`.
      let values = unsafe start + row * stride + part * norm.width
      unsafe norm.apply(table, values, values)
    }
  }
}

/// Two packed matrices times all rows, the gated activation of the two products, and its quantizing if there are tiles for it; a task is a range of
/// columns that are still in the nearest caches when they meet.
@safe struct GatedProduct: ParallelWork {
  let gate: Product
  let up: Product
  let rows: Int
  let tasks: Int
  let table: UnsafePointer<kvota_isa>
  /// Of a gate and what it lets through, as they lie in two rows.
  let activate:
    @convention(c) (UnsafePointer<Float>?, UnsafePointer<Float>?, Int32, UnsafeMutablePointer<Float>?) -> Void
  /// Columns that belong together: a quantized block, or a group.
  let unit: Int
  let width: Int
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  /// Rows whose products of one task fit the second-level cache.
  private static var rowsAtOnce: Int { 8 * KVOTA_TILE }

  func perform(_ task: Int) {
    let units = (width + unit - 1) / unit
    let first = units * task / tasks * unit
    let last = min(units * (task + 1) / tasks * unit, width)
    for start in stride(from: 0, to: rows, by: Self.rowsAtOnce) {
      perform(first..<last, rows: start..<min(start + Self.rowsAtOnce, rows))
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
      unsafe activate(gate.target + at, up.target + at, Int32(last - first), out + first)
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

/// The same bias added to a row.
@safe struct BiasAddition: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let target: UnsafeMutablePointer<Float>
  let bias: UnsafePointer<Float>
  let width: Int

  // Safety: checked by `Compute.addBias`.
  func perform(_ row: Int) { unsafe table.pointee.add(target + row * width, bias, Int32(width)) }
}

/// GELU of a row, and its quantizing if there are tiles for it.
@safe struct Gelu: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let source: UnsafePointer<Float>
  let stride: Int
  let width: Int
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  func perform(_ row: Int) {
    // Safety: checked by `Compute.gelu`.
    let out = unsafe target + row * width
    unsafe table.pointee.gelu(source + row * stride, Int32(width), out)
    if let tiles = unsafe tiles { unsafe table.pointee.quantize(out, width: width, row: row, tiles) }
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
