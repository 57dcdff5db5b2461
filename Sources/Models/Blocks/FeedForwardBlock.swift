import Kernels

/// The feed-forward part of a layer.
final class FeedForwardBlock {
  private let compute: Compute
  private let activation: Activation
  private let experts: ExpertsBlock?
  // Scratch of a step, `[capacity, ...]`.
  private let products: FloatRows
  private let activated: Activations

  /// `capacity` is the most rows of a step; `layer` is any of the model's, all having one shape.
  init(_ model: ModelConfiguration, like layer: LayerWeights, compute: Compute, capacity: Int) {
    self.compute = compute
    if case .gated(let activation, _) = model.feedForward {
      self.activation = activation
    } else {
      activation = .gelu
    }
    experts = ExpertsBlock(model, like: layer, compute: compute, capacity: capacity)
    let (rows, width) =
      switch layer.feedForward {
      case .gated(let gateAndUp, _): (capacity, gateAndUp.outputWidth)
      case .plain(let up, _): (capacity, up.matrix.outputWidth)
      case .experts: (0, 0)
      }
    products = FloatRows(capacity: rows, width: width)
    activated = Activations(capacity: rows, width: model.feedForwardWidth)
  }

  /// What the layer adds to the residual stream, from its normed rows.
  func run(
    _ layer: LayerWeights, rows: Int, input: borrowing Activations, into update: borrowing FloatRows
  ) {
    switch layer.feedForward {
    case .gated(let gateAndUp, let down):
      compute.multiplyGated(
        gateAndUp, input, rows: rows, products: products, activation: activation, into: activated)
      compute.multiply(down, activated, rows: rows, into: update)
    case .plain(let up, let down):
      compute.multiply(up, input, rows: rows, into: products)
      compute.gelu(products, rows: rows, into: activated)
      compute.multiply(down, activated, rows: rows, into: update)
    case .experts(let router, let weights):
      experts?.run(router, weights, rows: rows, input: input, into: update)
    }
    if let norm = layer.feedForwardUpdateNorm { compute.normalizeParts(of: update, by: norm, rows: rows) }
  }
}
