/// Qwen2 and Qwen2.5, arXiv 2407.10671: as LLaMA, with biases of queries, keys and values.
enum Qwen2 {
  static let architecture = Architecture(name: "qwen2") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .rms, pairsHalves: true)
    model.biases = .queryKeyValue
    return model
  }
}
