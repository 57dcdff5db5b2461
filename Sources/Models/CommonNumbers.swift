import Caching
import Kernels

/// The numbers that architectures have in common, under the same names.
extension MetadataReader {
  /// A model of RMSNorm or LayerNorm, gated SiLU and rotary positions; an architecture then changes what is different in it.
  ///
  /// `pairsHalves`: how pairs of a head rotate, see `RotaryEmbedding`; nil is for models without rotary positions.
  func common(norm: ModelConfiguration.NormKind, pairsHalves: Bool?) throws(ModelError) -> ModelConfiguration
  {
    let width = try size(".embedding_length")
    let attention = try attention(width: width)
    return ModelConfiguration(
      architecture: prefix,
      name: try text("general.name") ?? "unnamed",
      layers: try size(".block_count", most: 1024), width: width,
      feedForwardWidth: try size(".feed_forward_length"), attention: attention,
      rotary: try rotary(attention.headDimension, pairsHalves: pairsHalves), norm: norm,
      normEpsilon: Float(
        try positive(norm == .rms ? ".attention.layer_norm_rms_epsilon" : ".attention.layer_norm_epsilon")),
      vocabularySize: try Weights.vocabularySize(in: file), contextLength: try contextLength)
  }

  private func rotary(_ headDimension: Int, pairsHalves: Bool?) throws(ModelError) -> RotaryEmbedding {
    guard let pairsHalves else {
      guard !rotary.replacesAnything else {
        throw .rotary("RoPE is set, but '\(prefix)' models have no rotary positions: leave it out")
      }
      return .none
    }
    return try RotaryReader(metadata: self, headDimension: headDimension, pairsHalves: pairsHalves).rotary()
  }

  /// Tokens of a sequence in the training that rotary frequencies were made for.
  var trainedLength: Int {
    get throws(ModelError) {
      try size(".rope.scaling.original_context_length", default: size(".context_length"))
    }
  }

  /// What the file says, or what a factor that is asked for makes of the training's.
  private var contextLength: Int {
    get throws(ModelError) {
      let own = try size(".context_length")
      guard rotary.scaling != nil else { return own }
      return min(1 << 24, Int(Double(try trainedLength) * (rotary.factor ?? 1)))
    }
  }

  private func attention(width: Int) throws(ModelError) -> AttentionShape {
    let queryHeads = try size(".attention.head_count", most: 1024)
    let kvHeads = try size(".attention.head_count_kv", most: 1024, default: queryHeads)
    let dimension = try size(".attention.key_length", most: 512, default: max(width / queryHeads, 1))
    guard queryHeads % kvHeads == 0 else {
      throw .badValue(
        key: full(".attention.head_count_kv"), found: "\(kvHeads)",
        expected: "a divisor of \(queryHeads) query heads")
    }
    guard queryHeads / kvHeads <= 128 else {
      throw .unsupportedFeature("\(queryHeads / kvHeads) query heads a KV head (at most 128)")
    }
    guard dimension % 16 == 0 else {
      throw .unsupportedFeature("a head dimension of \(dimension) (multiples of 16 are)")
    }
    let values = try size(".attention.value_length", most: 512, default: dimension)
    guard values == dimension else {
      throw .unsupportedFeature("values of another length (\(values)) than keys (\(dimension))")
    }
    return AttentionShape(queryHeads: queryHeads, kvHeads: kvHeads, headDimension: dimension)
  }

  /// The experts of every layer; nil in a model without.
  func experts() throws(ModelError) -> ModelConfiguration.Experts? {
    guard let count = try integer(".expert_count"), count > 0 else { return nil }
    _ = try size(".expert_count", most: 1024)
    let used = try size(".expert_used_count", most: count)
    let width = try size(".expert_feed_forward_length", default: size(".feed_forward_length"))
    return ModelConfiguration.Experts(count: count, used: used, width: width)
  }
}
