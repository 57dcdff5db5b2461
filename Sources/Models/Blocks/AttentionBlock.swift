import Caching
import Kernels

/// The attention part of a layer: projections, rotation, attention of each sequence over its own cache, output.
final class AttentionBlock {
  private let compute: Compute
  private let model: ModelConfiguration
  private let attention: Attention
  // Scratch of a step, `[capacity, ...]`.
  private let projections: FloatRows
  private let attended: Activations

  /// `capacity` is the most rows of a step; `layer` is any of the model's, all having one shape.
  init(_ model: ModelConfiguration, like layer: LayerWeights, compute: Compute, capacity: Int) {
    self.compute = compute
    self.model = model
    attention = Attention(
      compute: compute, shape: model.attention, rotary: model.rotary, windowRotary: model.window?.rotary,
      capacity: capacity)
    projections = FloatRows(capacity: capacity, width: layer.queryKeyValue.matrix.outputWidth)
    attended = Activations(
      capacity: capacity, width: model.attention.queryHeads * model.attention.headDimension)
  }

  /// Starts a step.
  func begin(_ batch: borrowing Batch) {
    attention.begin(batch.entries.count) { index in
      let entry = batch.entries[index]
      return Attention.Chunk(
        firstRow: entry.firstRow, count: entry.count, firstPosition: entry.cache.firstQueryPosition)
    }
  }

  /// What layer `index` adds to the residual stream, from its normed rows.
  func run(
    _ layer: LayerWeights, _ index: Int, _ batch: borrowing Batch, rows: Int, input: borrowing Activations,
    into update: borrowing FloatRows
  ) {
    compute.multiply(layer.queryKeyValue, input, rows: rows, into: projections)
    let offsets = layer.queryKeyValue.matrix.offsets
    normHeads(layer, offsets, rows: rows)
    let window = model.window.flatMap { $0.covers(layer: index) ? $0.tokens : nil }
    attention.setLayer(window: window) { chunk, head in
      batch.entries[chunk].cache.slots(layer: index, head: head)
    }
    attention.rotateAndStore(projections, keyOffset: offsets[1], valueOffset: offsets[2])
    attention.attend(projections, into: attended)
    compute.multiply(layer.attentionOutput, attended, rows: rows, into: update)
    if let norm = layer.attentionUpdateNorm { compute.normalizeParts(of: update, by: norm, rows: rows) }
  }

  private func normHeads(_ layer: LayerWeights, _ offsets: [Int], rows: Int) {
    guard let queryNorm = layer.queryNorm, let keyNorm = layer.keyNorm else { return }
    compute.normalizeParts(of: projections, count: model.attention.queryHeads, by: queryNorm, rows: rows)
    compute.normalizeParts(
      of: projections, from: offsets[1], count: model.attention.kvHeads, by: keyNorm, rows: rows)
  }
}

extension Activations {
  /// Quantized wherever that can be: widths that are no whole blocks can only meet unquantized matrices.
  init(capacity: Int, width: Int) { self.init(capacity: capacity, width: width, quantized: width % 32 == 0) }
}
