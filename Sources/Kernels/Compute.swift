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

  /// Tokens that one task of a row-wise operation takes.
  private static let rowsPerTask = 4

  /// Runs `body` for every row, a few rows a task; a single token is done in place.
  func forRows(_ rows: Int, _ body: (Int) -> Void) {
    let size = Self.rowsPerTask
    pool.run(tasks: (rows + size - 1) / size) { task in
      for row in task * size..<min(rows, (task + 1) * size) { body(row) }
    }
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
      // Safety: shapes were checked above; each task writes its own columns.
      let format = unsafe matrix.segments[index].format
      let groups = unsafe matrix.segments[index].groups
      let packed = unsafe UnsafePointer(matrix.segments[index].data)
      let isDense = format == KVOTA_F32 || format == KVOTA_F16 || format == KVOTA_BF16
      let source = unsafe isDense ? floats : tiles
      let kernel = unsafe table.pointee.kernel(format)
      let tasks = min(groups, pool.threadCount * (groups < 256 ? 4 : 16))
      let (base, width) = unsafe (target, out.width)
      pool.run(tasks: tasks) { task in
        unsafe kernel(
          packed, Int32(matrix.inner), Int32(groups * task / tasks), Int32(groups * (task + 1) / tasks),
          source,
          Int32(rows), base, width)
      }
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
    forRows(rows) { row in
      // Safety: rows and widths were checked above; each task writes its own rows.
      unsafe table.pointee.rms_norm(source + row * width, scale, Int32(width), epsilon, target + row * width)
      if let tiles = unsafe tiles {
        unsafe table.pointee.quantize(target + row * width, Int32(width), Int32(row), tiles)
      }
    }
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
    forRows(rows) { row in
      // Safety: rows and widths were checked above; each task writes its own rows.
      let gate = unsafe source + row * stride
      unsafe table.pointee.silu_multiply(gate, gate + upOffset, Int32(width), target + row * width)
      if let tiles = unsafe tiles {
        unsafe table.pointee.quantize(target + row * width, Int32(width), Int32(row), tiles)
      }
    }
  }

  /// `x[row] += y[row]`, the residual connection; y's rows may be padded.
  package func add(_ y: borrowing FloatRows, to x: borrowing FloatRows, rows: Int) {
    precondition(y.width >= x.width && rows <= x.capacity && rows <= y.capacity, "shapes do not fit")
    let table = unsafe self.table
    let (target, source, width, stride) = unsafe (x.pointer(), y.pointer(), x.width, y.width)
    forRows(rows) { row in
      // Safety: rows and widths were checked above; each task writes its own rows.
      unsafe table.pointee.add(target + row * width, source + row * stride, Int32(width))
    }
  }
}

extension kvota_isa {
  /// The matrix kernel of a packed format.
  func kernel(
    _ format: kvota_format
  )
    -> @convention(c) (
      UnsafePointer<UInt8>?, Int32, Int32, Int32, UnsafeRawPointer?, Int32, UnsafeMutablePointer<Float>?, Int
    ) -> Void
  {
    let found =
      switch format {
      case KVOTA_U4: unsafe gemm.0
      case KVOTA_I8: unsafe gemm.1
      case KVOTA_I8H: unsafe gemm.2
      case KVOTA_F32: unsafe gemm.3
      case KVOTA_F16: unsafe gemm.4
      default: unsafe gemm.5
      }
    guard let found = unsafe found else { preconditionFailure("no kernel for packed format \(format)") }
    return unsafe found
  }
}
