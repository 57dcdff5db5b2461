/// GPT-NeoX and Pythia, arXiv 2204.06745: LayerNorm, biases, GELU, rotary positions in a part of each head, and in most models
/// attention and feed-forward side by side.
enum GPTNeoX {
  static let architecture = Architecture(name: "gptneox") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .layer, pairsHalves: true)
    (model.biases, model.fusesQueryKeyValue, model.feedForward) = (.all, true, .plain)
    model.isParallel = try metadata.flag(".use_parallel_residual") ?? true
    return model
  }
}
