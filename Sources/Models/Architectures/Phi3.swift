import Kernels

/// Phi-3 and Phi-3.5, arXiv 2404.14219: as LLaMA, with fused matrices and, in some, a window that all layers have.
enum Phi3 {
  static let architecture = Architecture(name: "phi3") { (metadata) throws(ModelError) in
    var model = try metadata.common(norm: .rms, pairsHalves: true)
    model.fusesQueryKeyValue = true
    model.feedForward = .gated(.silu, isFused: true)
    model.window = try metadata.slidingWindow()
    return model
  }
}
