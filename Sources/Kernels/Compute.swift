import CKernels

/// What makes a feed-forward layer more than a matrix; GELU is the form with a hyperbolic tangent.
package enum Activation: Sendable, Equatable {
  case silu, gelu
}

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
    let work = product(matrix, input, rows: rows, into: out)
    pool.run(tasks: work.tasks, work)
  }

  /// `out[row] = activation(gate) * up`, where a row of `products` becomes gate, then up: the two parts of `matrix` times `input[row]`.
  ///
  /// Quantized too if `out` is; SwiGLU and GEGLU of arXiv 2002.05202.
  package func multiplyGated(
    _ matrix: PackedMatrix, _ input: borrowing Activations, rows: Int, products: borrowing FloatRows,
    activation: Activation = .silu, into out: borrowing Activations
  ) {
    let width = out.floats.width
    precondition(matrix.offsets.count == 2 && width <= matrix.offsets[1], "gate and up have other shapes")
    precondition(rows <= out.floats.capacity, "too many rows")
    let stacked = product(matrix, input, rows: rows, into: products)
    // Safety: the products have the shape of `products`, as `product` checks, and gate and up each are at least as wide as `out`.
    let work = unsafe GatedProduct(
      gate: stacked.part(0), up: stacked.part(1), rows: rows,
      tasks: taskCount(bytes: matrix.segments[0].byteCount, groups: matrix.segments[0].groups, rows: rows),
      table: table,
      activate: activation == .silu ? table.pointee.silu_multiply : table.pointee.gelu_multiply,
      unit: out.isQuantized ? KVOTA_BLOCK : KVOTA_GROUP, width: width, target: out.floats.pointer(),
      tiles: out.isQuantized ? out.tileBase : nil)
    pool.run(tasks: work.tasks, work)
  }

  /// The product of all of the matrix's parts with all rows.
  private func product(
    _ matrix: PackedMatrix, _ input: borrowing Activations, rows: Int, into out: borrowing FloatRows
  ) -> StackedProduct {
    precondition(input.floats.width == matrix.inner && out.width == matrix.outputWidth, "shapes do not fit")
    precondition(rows <= input.floats.capacity && rows <= out.capacity, "too many rows")
    precondition(input.isQuantized || !matrix.needsQuantizedInput, "the input was not quantized")
    let groups = matrix.outputWidth / KVOTA_GROUP
    // Safety: shapes were checked above; each task writes its own columns.
    return unsafe StackedProduct(
      table: table, parts: matrix.segments, inner: matrix.inner, groups: groups,
      tasks: taskCount(bytes: matrix.byteCount, groups: groups, rows: rows), rows: rows,
      floats: UnsafeRawPointer(input.floats.pointer()),
      tiles: input.isQuantized ? UnsafeRawPointer(input.tileBase) : nil, target: out.pointer(),
      width: out.width)
  }

  /// Into how many tasks a product falls: enough for threads to end together, few enough for claiming them to cost nothing.
  private func taskCount(bytes: Int, groups: Int, rows: Int) -> Int {
    let worthwhile = bytes * ((rows + KVOTA_TILE - 1) / KVOTA_TILE) / Self.leastTaskBytes
    let most = groups < 256 ? 4 : 16
    return min(groups, pool.threadCount * min(max(worthwhile / pool.threadCount, 1), most))
  }

  /// Weights times tiles of tokens that are worth a task: some microseconds.
  private static let leastTaskBytes = 96 << 10
}
