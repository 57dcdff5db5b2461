import GGUF

extension ModelFamily {
  /// The architecture's keys in GGUF, by the configuration.
  func metadata(_ config: JSONFile) throws -> [(key: String, value: GGUFValue)] {
    var pairs: [(key: String, value: GGUFValue)] = []
    for (key, name) in Self.counts {
      guard let value = try config.count(name) else {
        if Self.required.contains(name) { _ = try config.require(name, config.count) }
        continue
      }
      pairs.append(("\(architecture).\(key)", .uint32(UInt32(value))))
    }
    try checkActivation(config)
    let dimension = try Self.headDimension(config)
    let rotated = Double(dimension) * (try config.number("partial_rotary_factor") ?? 1)
    for (key, value) in [
      ("attention.key_length", dimension), ("attention.value_length", dimension),
      ("rope.dimension_count", Int(exactly: rotated.rounded()) ?? 0),
    ] { pairs.append(("\(architecture).\(key)", .uint32(UInt32(clamping: value)))) }
    let epsilon = try config.require("rms_norm_eps", config.number)
    pairs.append(("\(architecture).attention.layer_norm_rms_epsilon", .float32(Float(epsilon))))
    if let window = try slidingWindow(config) {
      pairs.append(("\(architecture).attention.sliding_window", .uint32(UInt32(window))))
    }
    pairs += try RotaryConfig(config).metadata.map { ("\(architecture).rope.\($0.key)", $0.value) }
    return pairs + (try keys(config))
  }

  private static let counts = [
    ("block_count", "num_hidden_layers"), ("embedding_length", "hidden_size"),
    ("feed_forward_length", "intermediate_size"), ("attention.head_count", "num_attention_heads"),
    ("attention.head_count_kv", "num_key_value_heads"), ("context_length", "max_position_embeddings"),
    ("vocab_size", "vocab_size"),
  ]
  private static let required: Set = [
    "num_hidden_layers", "hidden_size", "intermediate_size", "num_attention_heads", "max_position_embeddings",
  ]

  private func checkActivation(_ config: JSONFile) throws {
    let key = config.has("hidden_activation") ? "hidden_activation" : "hidden_act"
    guard let found = try config.string(key), found != activation else { return }
    throw SafetensorsError.badValue(
      file: config.path, key: key, found: "'\(found.prefix(80))'",
      expected: "'\(activation)', as in the models of this type")
  }

  /// Tokens of the window that the architecture's layers have; nil for none.
  private func slidingWindow(_ config: JSONFile) throws -> Int? {
    switch window {
    case .none: return nil
    case .ofArchitecture: return try config.count("sliding_window")
    case .ofLastLayers:
      guard try config.boolean("use_sliding_window") ?? false,
        let tokens = try config.count("sliding_window"),
        tokens < (try config.count("max_position_embeddings") ?? 0)
      else { return nil }
      // What the models' own library takes for absent.
      let first = try config.count("max_window_layers") ?? 28
      guard first < (try config.count("num_hidden_layers") ?? 0) else { return nil }
      throw SafetensorsError.unsupported(
        file: config.path,
        what: "a window of \(tokens) tokens in the layers from \(first) on (max_window_layers)",
        known: "layers that see all tokens (use_sliding_window false)")
    }
  }

  /// Tensors that GGUF has and a folder's configuration describes: how Llama 3.1 and later divide their frequencies, Phi-3's factors.
  func computedTensors(_ config: JSONFile) throws -> [(name: String, values: [Float])] {
    try RotaryConfig(config).tensors(headDimension: Self.headDimension(config))
  }
}
