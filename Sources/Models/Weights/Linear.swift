import Kernels

/// A row of floats that many rows share.
final class PackedVector {
  let values: FloatRows

  init(_ values: consuming FloatRows) { self.values = values }
}

/// A matrix, and what is added to its products.
struct Linear {
  let matrix: PackedMatrix
  /// `[1, matrix.outputWidth]`, padded as products are.
  let bias: PackedVector?
}

extension Compute {
  /// `out[row] = matrix x input[row] + bias`; out is `[capacity, matrix.outputWidth]`.
  func multiply(
    _ linear: Linear, _ input: borrowing Activations, rows: Int, into out: borrowing FloatRows
  ) {
    multiply(linear.matrix, input, rows: rows, into: out)
    if let bias = linear.bias { addBias(bias.values, to: out, rows: rows) }
  }
}
