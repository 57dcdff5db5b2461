import CKernels

/// How rows of activations are brought to one size: RMSNorm (arXiv 1910.07467), or LayerNorm (arXiv 1607.06450).
@safe package final class Norm {
  package let width: Int
  private let weight: FloatRows
  /// A LayerNorm's; no rows in an RMSNorm.
  private let bias: FloatRows
  private let epsilon: Float

  /// `x / rms(x) * weight`; `weight` is `[1, width]`.
  package init(rms weight: consuming FloatRows, epsilon: Float) {
    width = weight.width
    self.weight = weight
    bias = FloatRows(capacity: 0, width: width)
    self.epsilon = epsilon
  }

  /// `(x - mean(x)) / deviation(x) * weight + bias`; both are `[1, width]`.
  package init(layer weight: consuming FloatRows, bias: consuming FloatRows, epsilon: Float) {
    precondition(weight.width == bias.width && bias.capacity == 1, "shapes do not fit")
    width = weight.width
    self.weight = weight
    self.bias = bias
    self.epsilon = epsilon
  }

  /// What tasks need, which must not outlive this object.
  var weights: NormWeights {
    unsafe NormWeights(
      width: width, weight: weight.pointer(), bias: bias.capacity > 0 ? bias.pointer() : nil, epsilon: epsilon
    )
  }
}

/// A norm as plain pointers, so that tasks do no reference counting.
@safe struct NormWeights {
  let width: Int
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  let epsilon: Float

  /// Norms `[width]` values into `out`, which may be the same.
  func apply(
    _ table: UnsafePointer<kvota_isa>, _ values: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>
  ) {
    // Safety: the caller has checked the width.
    if let bias = unsafe bias {
      unsafe table.pointee.layer_norm(values, weight, bias, Int32(width), epsilon, out)
    } else {
      unsafe table.pointee.rms_norm(values, weight, Int32(width), epsilon, out)
    }
  }
}
