import GGUF

/// One tensor of a file to be made up.
struct SyntheticTensor {
  enum Content {
    /// Random values of mean 0 whose products with inputs of variance 1 have variance 1.
    case random
    case floats([Float])
  }

  let name: String
  /// Row length first.
  let dimensions: [Int]
  let type: TensorType
  let content: Content

  var byteCount: Int { dimensions.reduce(1, *) / type.blockSize * type.bytesPerBlock }

  private static func matrix(_ name: String, _ inner: Int, _ rows: Int, _ type: TensorType) -> SyntheticTensor
  {
    SyntheticTensor(name: name + ".weight", dimensions: [inner, rows], type: type, content: .random)
  }

  private static func vector(_ name: String, _ values: [Float]) -> SyntheticTensor {
    SyntheticTensor(
      name: name + ".weight", dimensions: [values.count], type: .f32, content: .floats(values))
  }

  /// All tensors of a model, in the order of the file.
  static func all(of shape: ModelShape, _ type: WeightType) -> [SyntheticTensor] {
    var tensors = [
      matrix("token_embd", shape.width, shape.vocabulary, shape.isTied ? type.output : type.base)
    ]
    if let divisors = shape.frequencyDivisors { tensors.append(vector("rope_freqs", divisors)) }
    for index in 0..<shape.layers { tensors += layer(index, of: shape, type) }
    tensors.append(vector("output_norm", [Float](repeating: 1, count: shape.width)))
    if !shape.isTied { tensors.append(matrix("output", shape.width, shape.vocabulary, type.output)) }
    return tensors
  }

  private static func layer(_ index: Int, of shape: ModelShape, _ type: WeightType) -> [SyntheticTensor] {
    let (width, inner) = (shape.width, shape.feedForwardWidth)
    let keys = shape.kvHeads * shape.headDimension
    let fine = type.sensitive(layer: index, of: shape.layers)
    let ones = [Float](repeating: 1, count: width)
    let name = { (part: String) in "blk.\(index).\(part)" }
    return [
      vector(name("attn_norm"), ones),
      matrix(name("attn_q"), width, width, type.base), matrix(name("attn_k"), width, keys, type.base),
      matrix(name("attn_v"), width, keys, fine), matrix(name("attn_output"), width, width, type.base),
      vector(name("ffn_norm"), ones),
      matrix(name("ffn_gate"), width, inner, type.base), matrix(name("ffn_up"), width, inner, type.base),
      matrix(name("ffn_down"), inner, width, fine),
    ]
  }
}
