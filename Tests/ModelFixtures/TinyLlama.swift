/// A llama model made up from a seed: small, of odd shapes, and with everything that a real file has.
///
/// With a window it is a phi3 model, whose matrices are fused.
package struct TinyLlama: Sendable, CustomStringConvertible {
  package var layers = 2
  package var width = 96
  package var queryHeads = 6
  package var kvHeads = 3
  package var headDimension = 16
  package var feedForwardWidth = 160
  package var vocabulary = 131
  package var contextLength = 1024
  package var rotated: Int?
  /// Tokens that a token sees in every layer; nil for all.
  package var window: Int?
  package var type = EncodedType.f32
  package var isTied = true
  package var seed: UInt64 = 1

  package init(_ type: EncodedType = .f32) { self.type = type }

  package var description: String {
    "\(type) width \(width), \(queryHeads)/\(kvHeads) heads of \(headDimension), ffn \(feedForwardWidth)"
  }

  /// The file, and the exact values that its matrices hold, by name.
  package func make() -> (file: GGUFBuilder, values: [String: [Float]]) {
    var builder = GGUFBuilder(metadata: metadata)
    var values: [String: [Float]] = [:]
    var random = SplitMix64(state: seed)
    for (name, shape, scale) in shapes {
      let isVector = shape.count == 1
      var floats = random.normals(shape.reduce(1, *), scale: scale)
      if isVector { floats = floats.map { 1 + $0 } }
      let type = isVector ? .f32 : self.type
      let encoded = EncodedValues(floats, as: type)
      values[name] = encoded.values
      builder.tensors.append(
        .init(name: name, dimensions: shape.map(UInt64.init), type: type.rawValue, data: encoded.bytes))
    }
    return (builder, values)
  }

  private var metadata: [(key: String, value: GGUFBuilder.Value)] {
    let name = window == nil ? "llama" : "phi3"
    var pairs: [(key: String, value: GGUFBuilder.Value)] = [
      ("general.architecture", .string(name)), ("general.name", .string("tiny")),
      ("\(name).block_count", .uint32(UInt32(layers))),
      ("\(name).embedding_length", .uint32(UInt32(width))),
      ("\(name).feed_forward_length", .uint32(UInt32(feedForwardWidth))),
      ("\(name).attention.head_count", .uint32(UInt32(queryHeads))),
      ("\(name).attention.head_count_kv", .uint32(UInt32(kvHeads))),
      ("\(name).attention.key_length", .uint32(UInt32(headDimension))),
      ("\(name).attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("\(name).rope.freq_base", .float32(10000)),
      ("\(name).context_length", .uint32(UInt32(contextLength))),
    ]
    if let rotated { pairs.append(("\(name).rope.dimension_count", .uint32(UInt32(rotated)))) }
    if let window { pairs.append(("\(name).attention.sliding_window", .uint32(UInt32(window)))) }
    return pairs
  }

  /// Names, dimensions (row length first) and scales, under which every layer has its say in the residual stream.
  private var shapes: [(String, [Int], Float)] {
    let (queries, keys) = (queryHeads * headDimension, kvHeads * headDimension)
    var all: [(String, [Int], Float)] = [("token_embd.weight", [width, vocabulary], 0.3)]
    for layer in 0..<layers {
      let name = { (part: String) in "blk.\(layer).\(part).weight" }
      let scale = 1 / Float(width).squareRoot()
      let isFused = window != nil
      all.append((name("attn_norm"), [width], 0.1))
      all +=
        isFused
        ? [(name("attn_qkv"), [width, queries + 2 * keys], 2 * scale)]
        : [
          (name("attn_q"), [width, queries], 2 * scale), (name("attn_k"), [width, keys], 2 * scale),
          (name("attn_v"), [width, keys], scale),
        ]
      all += [
        (name("attn_output"), [queries, width], 1 / Float(queries).squareRoot()),
        (name("ffn_norm"), [width], 0.1),
      ]
      all +=
        isFused
        ? [(name("ffn_up"), [width, 2 * feedForwardWidth], scale)]
        : [
          (name("ffn_gate"), [width, feedForwardWidth], scale),
          (name("ffn_up"), [width, feedForwardWidth], scale),
        ]
      all.append(
        (name("ffn_down"), [feedForwardWidth, width], 1 / Float(feedForwardWidth).squareRoot()))
    }
    all.append(("output_norm.weight", [width], 0.1))
    if !isTied { all.append(("output.weight", [width, vocabulary], 1)) }
    return all
  }
}
