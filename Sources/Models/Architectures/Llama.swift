import GGUF
import Kernels

/// LLaMA and all that share its shape (Mistral, TinyLlama, SmolLM2, Vicuna): RMSNorm, rotary positions in adjacent pairs, grouped-query
/// attention, SwiGLU.
enum Llama {
  static let architecture = Architecture(name: "llama") { (file) throws(ModelError) in
    let metadata = MetadataReader(file: file, prefix: "llama")
    let width = try metadata.size(".embedding_length")
    let queryHeads = try metadata.size(".attention.head_count", most: 1024)
    let kvHeads = try metadata.size(".attention.head_count_kv", most: 1024, default: queryHeads)
    let dimension = try metadata.size(
      ".attention.key_length", most: 512, default: max(width / queryHeads, 1))
    return ModelConfiguration(
      architecture: "llama",
      name: try metadata.optional("general.name", file.metadata.string) ?? "unnamed",
      layers: try metadata.size(".block_count", most: 1024),
      width: width,
      feedForwardWidth: try metadata.size(".feed_forward_length"),
      attention: try attention(metadata, queryHeads: queryHeads, kvHeads: kvHeads, dimension: dimension),
      rotary: try rotary(metadata, headDimension: dimension),
      normEpsilon: Float(try metadata.positive(".attention.layer_norm_rms_epsilon")),
      vocabularySize: try Weights.vocabularySize(in: file),
      contextLength: try metadata.size(".context_length"))
  }

  private static func attention(
    _ metadata: MetadataReader, queryHeads: Int, kvHeads: Int, dimension: Int
  ) throws(ModelError) -> AttentionShape {
    guard queryHeads % kvHeads == 0 else {
      throw .badValue(
        key: "llama.attention.head_count_kv", found: "\(kvHeads)",
        expected: "a divisor of \(queryHeads) query heads")
    }
    guard queryHeads / kvHeads <= 128 else {
      throw .unsupportedFeature("\(queryHeads / kvHeads) query heads a KV head (at most 128)")
    }
    guard dimension % 16 == 0 else {
      throw .unsupportedFeature("a head dimension of \(dimension) (multiples of 16 are)")
    }
    let values = try metadata.size(".attention.value_length", most: 512, default: dimension)
    guard values == dimension else {
      throw .unsupportedFeature("values of another length (\(values)) than keys (\(dimension))")
    }
    return AttentionShape(queryHeads: queryHeads, kvHeads: kvHeads, headDimension: dimension)
  }

  /// Rotation that is plain, linearly scaled or divided pair by pair; other scalings are refused rather than computed wrongly.
  private static func rotary(_ metadata: MetadataReader, headDimension: Int) throws(ModelError)
    -> RotaryEmbedding
  {
    let rotated = try metadata.size(".rope.dimension_count", most: headDimension, default: headDimension)
    guard rotated % 2 == 0 else {
      throw .badValue(key: "llama.rope.dimension_count", found: "\(rotated)", expected: "an even number")
    }
    return RotaryEmbedding(
      dimensions: rotated, base: try metadata.positive(".rope.freq_base", default: 10_000),
      linearFactor: try linearFactor(metadata),
      divisors: try Weights.frequencyDivisors(in: metadata.file, count: rotated / 2), pairsHalves: false)
  }

  /// What positions are divided by: a factor counts although no type of scaling is named, as older files have it.
  private static func linearFactor(_ metadata: MetadataReader) throws(ModelError) -> Double {
    let (key, olderKey) = (".rope.scaling.factor", ".rope.scale_linear")
    let older = try metadata.optional(olderKey, metadata.file.metadata.float)
    let factor = try metadata.optional(key, metadata.file.metadata.float) ?? older
    let named = try metadata.optional(".rope.scaling.type", metadata.file.metadata.string)
    switch named ?? (factor == nil ? "none" : "linear") {
    case "none": return 1
    case "linear": return try metadata.positive(key, default: older)
    case let other: throw .unsupportedFeature("RoPE scaling '\(other)' (none and linear are)")
    }
  }
}
