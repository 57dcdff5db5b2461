/// Qwen3 with experts, arXiv 2505.09388.
enum Qwen3MoE {
  static let architecture = Architecture(name: "qwen3moe") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .rms, pairsHalves: true)
    model.normsHeads = true
    guard let experts = try metadata.experts() else { throw metadata.missing(".expert_count") }
    model.experts = experts
    return model
  }
}
