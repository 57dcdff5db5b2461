import CKernels

/// The transformer's operations on rows of tokens: one instruction set, one pool of threads.
///
/// Only the engine's thread calls it. Every operation gives a token the same result whatever its company and the number of threads.
package struct Compute {
  package let instructions: InstructionSet
  package let pool: ThreadPool

  package init(instructions: InstructionSet, pool: ThreadPool) {
    self.instructions = instructions
    self.pool = pool
  }

  var table: UnsafePointer<kvota_isa> { unsafe instructions.table }

  /// Works on every row, a few rows a task; up to four are done in place.
  func forRows<Row: ParallelWork>(_ rows: Int, _ row: Row) {
    let work = RowWork(rows: rows, row: row)
    pool.run(tasks: work.tasks, work)
  }

  /// `out[row] = matrix x input[row]` for rows `0 ..< rows`; out is `[capacity, matrix.outputWidth]`.
  package func multiply(
    _ matrix: PackedMatrix, _ input: borrowing Activations, rows: Int, into out: borrowing FloatRows
  ) {
    precondition(input.floats.width == matrix.inner && out.width == matrix.outputWidth, "shapes do not fit")
    precondition(rows <= input.floats.capacity && rows <= out.capacity, "too many rows")
    precondition(input.isQuantized || !matrix.needsQuantizedInput, "the input was not quantized")
    let table = unsafe self.table
    let tiles = unsafe UnsafeRawPointer(input.tileBase)
    let floats = unsafe UnsafeRawPointer(input.floats.pointer())
    var target = unsafe out.pointer()
    for index in unsafe matrix.segments.indices {
      let format = unsafe matrix.segments[index].format
      let groups = unsafe matrix.segments[index].groups
      let isDense = format == KVOTA_F32 || format == KVOTA_F16 || format == KVOTA_BF16
      // Safety: shapes were checked above; each task writes its own columns.
      let work = unsafe Product(
        kernel: kvota_gemm_of(table, format), packed: UnsafePointer(matrix.segments[index].data),
        inner: Int32(matrix.inner), groups: groups,
        tasks: min(groups, pool.threadCount * (groups < 256 ? 4 : 16)),
        source: isDense ? floats : tiles, rows: Int32(rows), target: target, width: out.width)
      pool.run(tasks: work.tasks, work)
      unsafe target += groups * KVOTA_GROUP
    }
  }

  /// `out[row] = x[row] / rms(x[row]) * weight`, quantized too if `out` is; RMSNorm of arXiv 1910.07467.
  package func normalize(
    _ x: borrowing FloatRows, weight: borrowing FloatRows, epsilon: Float, rows: Int,
    into out: borrowing Activations
  ) {
    precondition(x.width == out.floats.width && weight.width == x.width, "shapes do not fit")
    let table = unsafe self.table
    let (source, target) = unsafe (x.pointer(), out.floats.pointer())
    let (scale, width, tiles) = unsafe (weight.pointer(), x.width, out.isQuantized ? out.tileBase : nil)
    precondition(rows <= x.capacity && rows <= out.floats.capacity, "too many rows")
    // Safety: rows and widths were checked above.
    unsafe forRows(
      rows,
      Normalization(
        table: table, source: source, scale: scale, width: width, epsilon: epsilon, target: target,
        tiles: tiles))
  }

  /// `out[row] = silu(gate) * up`, quantized too if `out` is; SwiGLU of arXiv 2002.05202.
  ///
  /// A row of `gateAndUp` holds gate, then up at `upOffset`.
  package func gate(
    _ gateAndUp: borrowing FloatRows, upOffset: Int, rows: Int, into out: borrowing Activations
  ) {
    let (width, stride) = (out.floats.width, gateAndUp.width)
    precondition(upOffset >= width && upOffset + width <= stride, "shapes do not fit")
    precondition(rows <= gateAndUp.capacity && rows <= out.floats.capacity, "too many rows")
    let table = unsafe self.table
    let (source, target) = unsafe (gateAndUp.pointer(), out.floats.pointer())
    let tiles = unsafe out.isQuantized ? out.tileBase : nil
    // Safety: rows and widths were checked above.
    unsafe forRows(
      rows,
      Gating(
        table: table, source: source, stride: stride, upOffset: upOffset, width: width, target: target,
        tiles: tiles))
  }

  /// `x[row] += y[row]`, the residual connection; y's rows may be padded.
  package func add(_ y: borrowing FloatRows, to x: borrowing FloatRows, rows: Int) {
    precondition(y.width >= x.width && rows <= x.capacity && rows <= y.capacity, "shapes do not fit")
    let table = unsafe self.table
    let (target, source, width, stride) = unsafe (x.pointer(), y.pointer(), x.width, y.width)
    // Safety: rows and widths were checked above.
    unsafe forRows(rows, Addition(table: table, target: target, width: width, source: source, stride: stride))
  }
}
