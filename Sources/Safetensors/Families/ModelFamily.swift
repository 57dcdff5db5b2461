import GGUF

/// How the models of some values of `model_type` are called in GGUF: their configuration and their tensors.
struct ModelFamily: Sendable {
  /// What is changed about a tensor's values.
  enum Change: Sendable {
    case none
    /// Rows that a rotation pairs lie half a head apart, and in GGUF side by side.
    case pairHalves
    /// A norm's weights count from 1.
    case addOne
  }

  /// Where a tensor belongs.
  enum Place {
    case named(String, Change)
    /// Follows from the configuration.
    case computed
    case unknown
  }

  /// What `sliding_window` says of a family's models.
  enum Window: Sendable {
    /// Nothing.
    case none
    /// That the layers have it which the architecture knows.
    case ofArchitecture
    /// That those from `max_window_layers` on have it, if `use_sliding_window` says so; no architecture here knows of that.
    case ofLastLayers
  }

  let modelTypes: [String]
  /// As in `general.architecture`.
  let architecture: String
  /// Names of a layer's parts, without `.weight` or `.bias`, in the folder and in GGUF.
  let layerParts: [String: String]
  var pairsHalves = false
  var normsCountFromOne = false
  var tiesByDefault = false
  var window = Window.none
  /// Of the feed-forward gate, as `hidden_act` calls it.
  var activation = "silu"
  /// Further keys, by the configuration.
  var keys: @Sendable (JSONFile) throws -> [(key: String, value: GGUFValue)] = { _ in [] }

  /// All families: a new one is a line here.
  static let all: [ModelFamily] = [.llama, .mistral, .qwen2, .qwen3, .phi3, .gemma2, .gemma3]

  private static let topParts = [
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
  ]

  /// The place of a tensor by its name in the folder.
  func place(of stored: String) -> Place {
    let parts = stored.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let kind = parts.last, parts.count > 1 else { return .unknown }
    if kind == "inv_freq" { return .computed }
    guard kind == "weight" || kind == "bias" else { return .unknown }
    let path = parts.dropLast().joined(separator: ".")
    if let top = Self.topParts[path] { return .named("\(top).\(kind)", normChange(top)) }
    guard parts.count > 4, parts[0] == "model", parts[1] == "layers", let layer = Int(parts[2]), layer >= 0,
      let name = layerParts[parts[3..<parts.count - 1].joined(separator: ".")]
    else { return .unknown }
    let isPaired = pairsHalves && (name == "attn_q" || name == "attn_k")
    return .named("blk.\(layer).\(name).\(kind)", isPaired ? .pairHalves : normChange(name))
  }

  private func normChange(_ name: String) -> Change {
    normsCountFromOne && name.hasSuffix("norm") ? .addOne : .none
  }

  static func headDimension(_ config: JSONFile) throws -> Int {
    if let dimension = try config.count("head_dim") { return dimension }
    let heads = try config.require("num_attention_heads", config.count)
    let width = try config.require("hidden_size", config.count)
    guard heads > 0 else {
      throw SafetensorsError.badValue(
        file: config.path, key: "num_attention_heads", found: "0", expected: "1 or more")
    }
    return width / heads
  }
}

extension ModelFamily {
  /// The parts that most families share.
  private static let common = [
    "input_layernorm": "attn_norm", "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v", "self_attn.o_proj": "attn_output",
    "post_attention_layernorm": "ffn_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
  ]
  private static let headNorms = ["self_attn.q_norm": "attn_q_norm", "self_attn.k_norm": "attn_k_norm"]
  private static let fourNorms = [
    "post_attention_layernorm": "post_attention_norm", "pre_feedforward_layernorm": "ffn_norm",
    "post_feedforward_layernorm": "post_ffw_norm",
  ]

  fileprivate static let llama = ModelFamily(
    modelTypes: ["llama"], architecture: "llama", layerParts: common, pairsHalves: true)
  fileprivate static let mistral = ModelFamily(
    modelTypes: ["mistral"], architecture: "llama", layerParts: common, pairsHalves: true,
    window: .ofArchitecture)
  fileprivate static let qwen2 = ModelFamily(
    modelTypes: ["qwen2"], architecture: "qwen2", layerParts: common, window: .ofLastLayers)
  fileprivate static let qwen3 = ModelFamily(
    modelTypes: ["qwen3"], architecture: "qwen3", layerParts: common.merging(headNorms) { $1 },
    window: .ofLastLayers)
  fileprivate static let phi3 = ModelFamily(
    modelTypes: ["phi3"], architecture: "phi3",
    layerParts: common.merging(["self_attn.qkv_proj": "attn_qkv", "mlp.gate_up_proj": "ffn_up"]) { $1 },
    window: .ofArchitecture)
  fileprivate static let gemma2 = ModelFamily(
    modelTypes: ["gemma2"], architecture: "gemma2", layerParts: common.merging(fourNorms) { $1 },
    normsCountFromOne: true, tiesByDefault: true, window: .ofArchitecture, activation: "gelu_pytorch_tanh",
    keys: { config in
      try [
        ("gemma2.attn_logit_softcapping", "attn_logit_softcapping"),
        ("gemma2.final_logit_softcapping", "final_logit_softcapping"),
      ].compactMap { key, name in try config.number(name).map { (key, .float32(Float($0))) } }
    })
  fileprivate static let gemma3 = ModelFamily(
    modelTypes: ["gemma3_text"], architecture: "gemma3",
    layerParts: common.merging(fourNorms) { $1 }.merging(headNorms) { $1 },
    normsCountFromOne: true, tiesByDefault: true, window: .ofArchitecture, activation: "gelu_pytorch_tanh")
}
