/// GPT-2 (Radford et al., 2019): LayerNorm, biases, GELU, and a learned vector for each position.
enum GPT2 {
  static let architecture = Architecture(name: "gpt2") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .layer, pairsHalves: nil)
    (model.biases, model.fusesQueryKeyValue, model.feedForward) = (.all, true, .plain)
    model.learnsPositions = true
    return model
  }
}
