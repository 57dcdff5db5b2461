import Caching
import Kernels

/// Gemma 3, arXiv 2503.19786: norms of queries and keys instead of caps; five layers with a window, and a base of their own, to one
/// that sees all.
enum Gemma3 {
  static let architecture = Architecture(name: "gemma3") { (metadata) throws(ModelError) in
    var model = try Gemma.configure(metadata)
    (model.normsUpdates, model.normsHeads) = (true, true)
    if model.layers == 62 { model.divideQueriesByWidth() }
    if let cap = try metadata.number(".final_logit_softcapping"), cap > 0 {
      model.logitSoftCap = Float(try metadata.positive(".final_logit_softcapping"))
    }
    // Scaling for long contexts is for the layers that see them.
    let local = RotaryEmbedding(
      dimensions: model.rotary.dimensions,
      base: try metadata.positive(".rope.freq_base_swa", default: 10_000), pairsHalves: true)
    model.window = SlidingWindow(
      tokens: try metadata.size(".attention.sliding_window"), globalEvery: 6, rotary: local)
    return model
  }
}
