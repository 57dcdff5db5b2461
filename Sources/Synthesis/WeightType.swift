import GGUF

/// Which types a file's matrices have: the mixtures that llama.cpp's llama-quantize makes under these names.
package enum WeightType: String, CaseIterable, Sendable {
  /// 4 bits with a scale for 32 values; the output matrix in Q6_K.
  case q4_0
  /// Q4_K_M: 4 bits with scales and minima; the output matrix, and values and down-projections of half of the layers, in Q6_K.
  case q4_k
  /// 8 bits throughout.
  case q8_0

  /// The number that `general.file_type` has.
  var fileType: UInt32 {
    switch self {
    case .q4_0: 2
    case .q8_0: 7
    case .q4_k: 15
    }
  }

  /// The type of most matrices.
  var base: TensorType {
    switch self {
    case .q4_0: .q4_0
    case .q4_k: .q4_K
    case .q8_0: .q8_0
    }
  }

  /// The type of the matrix that logits come from.
  var output: TensorType { self == .q8_0 ? .q8_0 : .q6_K }

  /// The type of a layer's values and down-projection.
  func sensitive(layer: Int, of layers: Int) -> TensorType {
    let eighth = layers / 8
    let isFine = layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2
    return self == .q4_k && isFine ? .q6_K : base
  }
}
