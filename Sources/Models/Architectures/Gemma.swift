import Kernels

/// Gemma, arXiv 2403.08295: embeddings scaled by the root of the width, and GEGLU.
///
/// Its norms multiply by 1 + w; files hold that sum.
enum Gemma {
  static let architecture = Architecture(name: "gemma", configure: configure)

  /// What all generations share.
  @Sendable static func configure(_ metadata: MetadataReader) throws(ModelError) -> ModelConfiguration {
    var model = try metadata.common(norm: .rms, pairsHalves: true)
    model.feedForward = .gated(.gelu, isFused: false)
    model.embeddingScale = Float(model.width).squareRoot()
    return model
  }
}
