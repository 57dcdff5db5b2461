import CKernels

// What is done with rows between the matrices.

extension Compute {
  /// `out[row] = norm(x[row])`; quantized too if `out` is.
  package func normalize(
    _ x: borrowing FloatRows, by norm: Norm, rows: Int, into out: borrowing Activations
  ) {
    unsafe normalize(x, update: nil, updateWidth: 0, by: norm, rows: rows, into: out)
  }

  /// `x[row] += update[row]`, the residual connection, then `normalize`; update's rows may be padded.
  package func normalize(
    _ x: borrowing FloatRows, adding update: borrowing FloatRows, by norm: Norm, rows: Int,
    into out: borrowing Activations
  ) {
    precondition(update.width >= x.width && rows <= update.capacity, "shapes do not fit")
    unsafe normalize(x, update: update.pointer(), updateWidth: update.width, by: norm, rows: rows, into: out)
  }

  private func normalize(
    _ x: borrowing FloatRows, update: UnsafePointer<Float>?, updateWidth: Int, by norm: Norm, rows: Int,
    into out: borrowing Activations
  ) {
    precondition(x.width == out.floats.width && norm.width == x.width, "shapes do not fit")
    precondition(rows <= x.capacity && rows <= out.floats.capacity, "too many rows")
    // Safety: rows and widths were checked above, and by the caller.
    unsafe forRows(
      rows,
      Normalization(
        table: table, norm: norm.weights, x: x.pointer(), update: update, updateWidth: updateWidth,
        target: out.floats.pointer(), tiles: out.isQuantized ? out.tileBase : nil))
  }

  /// Norms `parts` neighbouring parts of every row, each as wide as the norm, the first at column `offset`.
  package func normalizeParts(
    of x: borrowing FloatRows, from offset: Int = 0, count parts: Int = 1, by norm: Norm, rows: Int
  ) {
    precondition(offset + parts * norm.width <= x.width && rows <= x.capacity, "shapes do not fit")
    // Safety: rows and widths were checked above.
    unsafe forRows(
      rows,
      PartNormalization(
        table: table, norm: norm.weights, start: x.pointer() + offset, stride: x.width, parts: parts))
  }

  /// `x[row] += y[row]`, the residual connection; y's rows may be padded.
  package func add(_ y: borrowing FloatRows, to x: borrowing FloatRows, rows: Int) {
    precondition(y.width >= x.width && rows <= x.capacity && rows <= y.capacity, "shapes do not fit")
    let table = unsafe self.table
    let (target, source, width, stride) = unsafe (x.pointer(), y.pointer(), x.width, y.width)
    // Safety: rows and widths were checked above.
    unsafe forRows(rows, Addition(table: table, target: target, width: width, source: source, stride: stride))
  }

  /// `x[row] += bias`, `[1, x.width]`.
  package func addBias(_ bias: borrowing FloatRows, to x: borrowing FloatRows, rows: Int) {
    precondition(bias.width == x.width && bias.capacity == 1 && rows <= x.capacity, "shapes do not fit")
    // Safety: rows and widths were checked above.
    unsafe forRows(
      rows, BiasAddition(table: table, target: x.pointer(), bias: bias.pointer(), width: x.width))
  }

  /// `out[row] = gelu(x[row])`, quantized too if `out` is; x's rows may be padded.
  package func gelu(_ x: borrowing FloatRows, rows: Int, into out: borrowing Activations) {
    let width = out.floats.width
    precondition(x.width >= width && rows <= x.capacity && rows <= out.floats.capacity, "shapes do not fit")
    // Safety: rows and widths were checked above.
    unsafe forRows(
      rows,
      Gelu(
        table: table, source: x.pointer(), stride: x.width, width: width, target: out.floats.pointer(),
        tiles: out.isQuantized ? out.tileBase : nil))
  }

  /// Copies rows of `x` to the first rows of `out`, one for each of `list`; quantized too if `out` is.
  package func gather(_ list: [Int], of x: borrowing Activations, into out: borrowing Activations) {
    let width = out.floats.width
    precondition(x.floats.width == width && list.count <= out.floats.capacity, "shapes do not fit")
    for (row, source) in list.enumerated() {
      out.floats.copyRow(row, from: x.floats, row: source)
      guard out.isQuantized else { continue }
      // Safety: the row was checked by `pointer`, and the tiles have room for every row.
      unsafe table.pointee.quantize(out.floats.pointer(row), width: width, row: row, out.tileBase)
    }
  }

  /// `x[list[i]] += factors[i] * y[i]`; rows of x and y are padded alike.
  package func scatter(
    _ y: borrowing FloatRows, times factors: [Float], to list: [Int], of x: borrowing FloatRows
  ) {
    precondition(y.width == x.width && list.count <= y.capacity, "shapes do not fit")
    precondition(factors.count == list.count && list.allSatisfy { $0 < x.capacity }, "rows that x has")
    for (row, target) in list.enumerated() {
      // Safety: rows and widths were checked above.
      unsafe table.pointee.add_scaled(x.pointer(target), y.pointer(row), factors[row], Int32(x.width))
    }
  }

  /// `x[row] = cap * tanh(x[row] / cap)`.
  package func softCap(_ x: borrowing FloatRows, at cap: Float, rows: Int) {
    precondition(cap > 0 && rows <= x.capacity, "a cap above 0, and rows that there are")
    for row in 0..<rows {
      // Safety: `pointer` checks the row, whose width is written.
      unsafe table.pointee.soft_cap(x.pointer(row), Int32(x.width), cap)
    }
  }
}
