import Kernels

/// One decoder layer's weights, packed.
struct LayerWeights {
  let attentionNorm: Norm
  /// Query, key and value stacked, `[(queryHeads + 2 kvHeads) * headDimension, width]`.
  let queryKeyValue: Linear
  /// Of each head, before it rotates.
  let queryNorm: Norm?
  let keyNorm: Norm?
  let attentionOutput: Linear
  /// Of what attention adds, and of what the feed-forward part adds.
  let attentionUpdateNorm: Norm?
  let feedForwardUpdateNorm: Norm?
  let feedForwardNorm: Norm
  let feedForward: FeedForwardWeights
}

/// The feed-forward part of a layer.
enum FeedForwardWeights {
  /// Gate and up stacked, `[2 * feedForwardWidth, width]`.
  case gated(gateAndUp: PackedMatrix, down: Linear)
  case plain(up: Linear, down: Linear)
  /// The router is `[experts, width]`.
  case experts(router: PackedMatrix, [ExpertWeights])
}

struct ExpertWeights {
  /// Gate and up stacked, `[2 * Experts.width, width]`.
  let gateAndUp: PackedMatrix
  let down: PackedMatrix
}

/// Takes the tensors of one layer out of a file, as the configuration says that they are there.
struct LayerReader {
  let model: ModelConfiguration
  let index: Int

  private func name(_ part: String) -> String { "blk.\(index).\(part)" }
  private func matrix(_ part: String) -> String { name(part) + ".weight" }
  private var queryWidth: Int { model.attention.queryHeads * model.attention.headDimension }
  private var keyWidth: Int { model.attention.kvHeads * model.attention.headDimension }

  func read(_ loader: inout WeightLoader) throws(ModelError) -> LayerWeights {
    let (width, dimension) = (model.width, model.attention.headDimension)
    let norm = { (part: String, width: Int, loader: inout WeightLoader) throws(ModelError) in
      try loader.norm(name(part), width: width, of: model)
    }
    return LayerWeights(
      attentionNorm: try norm("attn_norm", width, &loader),
      queryKeyValue: try loader.linear(
        queryKeyValue, inner: width, hasBias: model.biases.contains(.queryKeyValue)),
      queryNorm: model.normsHeads ? try norm("attn_q_norm", dimension, &loader) : nil,
      keyNorm: model.normsHeads ? try norm("attn_k_norm", dimension, &loader) : nil,
      attentionOutput: try loader.linear(
        [MatrixPart(matrix("attn_output"), rows: width)], inner: queryWidth,
        hasBias: model.biases.contains(.attentionOutput)),
      attentionUpdateNorm: model.normsUpdates ? try norm("post_attention_norm", width, &loader) : nil,
      feedForwardUpdateNorm: model.normsUpdates ? try norm("post_ffw_norm", width, &loader) : nil,
      feedForwardNorm: try norm("ffn_norm", width, &loader), feedForward: try feedForward(&loader))
  }

  private var queryKeyValue: [MatrixPart] {
    guard model.fusesQueryKeyValue else {
      return [
        MatrixPart(matrix("attn_q"), rows: queryWidth), MatrixPart(matrix("attn_k"), rows: keyWidth),
        MatrixPart(matrix("attn_v"), rows: keyWidth),
      ]
    }
    let ends = [0, queryWidth, queryWidth + keyWidth, queryWidth + 2 * keyWidth]
    return zip(ends, ends.dropFirst()).map {
      MatrixPart(matrix("attn_qkv"), rows: $0..<$1, of: queryWidth + 2 * keyWidth)
    }
  }

  private func feedForward(_ loader: inout WeightLoader) throws(ModelError) -> FeedForwardWeights {
    if let experts = model.experts { return try self.experts(experts, &loader) }
    let (width, inner) = (model.feedForwardWidth, model.width)
    let hasBias = model.biases.contains(.feedForward)
    let down = [MatrixPart(matrix("ffn_down"), rows: inner)]
    switch model.feedForward {
    case .gated(_, let isFused):
      let parts =
        isFused
        ? [0..<width, width..<2 * width].map { MatrixPart(matrix("ffn_up"), rows: $0, of: 2 * width) }
        : [MatrixPart(matrix("ffn_gate"), rows: width), MatrixPart(matrix("ffn_up"), rows: width)]
      return .gated(
        gateAndUp: try loader.matrix(parts, inner: inner),
        down: try loader.linear(down, inner: width, hasBias: hasBias))
    case .plain:
      return .plain(
        up: try loader.linear([MatrixPart(matrix("ffn_up"), rows: width)], inner: inner, hasBias: hasBias),
        down: try loader.linear(down, inner: width, hasBias: hasBias))
    }
  }

  private func experts(
    _ experts: ModelConfiguration.Experts, _ loader: inout WeightLoader
  ) throws(ModelError) -> FeedForwardWeights {
    let router = try loader.matrix(
      [MatrixPart(matrix("ffn_gate_inp"), rows: experts.count)], inner: model.width)
    var all: [ExpertWeights] = []
    for index in 0..<experts.count {
      let part = { (name: String, rows: Int) in
        MatrixPart(matrix(name), rows: rows, index: index, of: experts.count)
      }
      all.append(
        ExpertWeights(
          gateAndUp: try loader.matrix(
            [part("ffn_gate_exps", experts.width), part("ffn_up_exps", experts.width)], inner: model.width),
          down: try loader.matrix([part("ffn_down_exps", model.width)], inner: experts.width)))
    }
    return .experts(router: router, all)
  }
}
