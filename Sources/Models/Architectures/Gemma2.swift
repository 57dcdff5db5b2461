import Caching
import Kernels

/// Gemma 2, arXiv 2408.00118: norms before and after each part of a layer, capped scores and logits, a window in every other layer.
enum Gemma2 {
  static let architecture = Architecture(name: "gemma2") { (metadata) throws(ModelError) in
    var model = try Gemma.configure(metadata)
    model.normsUpdates = true
    model.attention.softCap = try metadata.positive(".attn_logit_softcapping", default: 50)
    model.logitSoftCap = Float(try metadata.positive(".final_logit_softcapping", default: 30))
    // The largest model divides by the root of another number, which files do not tell.
    if model.layers == 46 { model.divideQueriesByWidth() }
    model.window = SlidingWindow(
      tokens: try metadata.size(".attention.sliding_window", default: 4096), globalEvery: 2)
    return model
  }
}

extension ModelConfiguration {
  /// Queries divided by the root of the width for each query head, whatever a head's dimension is.
  mutating func divideQueriesByWidth() {
    attention.queryDivisor = (Double(width) / Double(attention.queryHeads)).squareRoot()
  }
}
