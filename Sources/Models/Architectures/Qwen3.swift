/// Qwen3, arXiv 2505.09388: as LLaMA, with a norm of each head's queries and keys.
enum Qwen3 {
  static let architecture = Architecture(name: "qwen3") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .rms, pairsHalves: true)
    model.normsHeads = true
    return model
  }
}
