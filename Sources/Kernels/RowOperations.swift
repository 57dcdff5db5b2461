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
  let rows: Int32
  let target: UnsafeMutablePointer<Float>
  let width: Int

  func perform(_ task: Int) {
    let (first, last) = (groups * task / tasks, groups * (task + 1) / tasks)
    // Safety: checked by `Compute.multiply`.
    unsafe kernel(packed, inner, Int32(first), Int32(last), source, rows, target, width)
  }
}

/// RMSNorm of a row, and its quantizing if there are tiles for it.
@safe struct Normalization: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let source: UnsafePointer<Float>
  let scale: UnsafePointer<Float>
  let width: Int
  let epsilon: Float
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  func perform(_ row: Int) {
    // Safety: checked by `Compute.normalize`.
    let out = unsafe target + row * width
    unsafe table.pointee.rms_norm(source + row * width, scale, Int32(width), epsilon, out)
    if let tiles = unsafe tiles { unsafe table.pointee.quantize(out, Int32(width), Int32(row), tiles) }
  }
}

/// SwiGLU of a row, and its quantizing if there are tiles for it.
@safe struct Gating: ParallelWork {
  let table: UnsafePointer<kvota_isa>
  let source: UnsafePointer<Float>
  let stride: Int
  let upOffset: Int
  let width: Int
  let target: UnsafeMutablePointer<Float>
  let tiles: UnsafeMutablePointer<UInt8>?

  func perform(_ row: Int) {
    // Safety: checked by `Compute.gate`.
    let (gate, out) = unsafe (source + row * stride, target + row * width)
    unsafe table.pointee.silu_multiply(gate, gate + upOffset, Int32(width), out)
    if let tiles = unsafe tiles { unsafe table.pointee.quantize(out, Int32(width), Int32(row), tiles) }
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
    unsafe table.pointee.quantize(source + row * width, Int32(width), Int32(row), tiles)
  }
}
