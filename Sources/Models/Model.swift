import Caching
package import GGUF
package import Kernels

/// A decoder-only transformer, ready to run: weights, scratch for one step, and the forward pass.
///
/// One thread owns it. A sequence's logits are bit-identical alone and in any batch.
package final class Model {
  package let configuration: ModelConfiguration
  package let compute: Compute
  /// Most tokens of one step.
  package let maxTokens: Int
  /// Most rows of logits of one step.
  package let maxLogitsRows: Int
  /// Bytes of packed weights.
  package var weightBytes: Int { weights.byteCount }

  private let weights: Weights
  private let attention: Attention
  // Scratch of a step, `[maxTokens, ...]`.
  private let hidden: FloatRows
  private let normalized: Activations
  private let projections: FloatRows
  private let attended: Activations
  private let update: FloatRows
  private let gateAndUp: FloatRows
  private let gated: Activations
  // Of the rows whose logits are wanted, `[maxLogitsRows, ...]`.
  private let lastHidden: FloatRows
  private let lastNormalized: Activations
  private let logits: FloatRows

  /// Checks, packs and readies the model in `file`.
  ///
  /// `progress` is told the share done, 0 to 1. Throws `ModelError` with what does not fit.
  package init(
    file: GGUFFile, compute: Compute, maxTokens: Int, maxLogitsRows: Int,
    progress: (Double) -> Void = { _ in }
  ) throws(ModelError) {
    let model = try Architectures.configuration(of: file)
    let scratchBytes = model.scratchBytes(tokens: maxTokens, logitsRows: maxLogitsRows)
    guard scratchBytes <= Self.mostScratchBytes else {
      throw .scratchTooLarge(bytes: scratchBytes, most: Self.mostScratchBytes)
    }
    weights = try Weights(model, file: file, pool: compute.pool, progress: progress)
    configuration = model
    self.compute = compute
    self.maxTokens = maxTokens
    self.maxLogitsRows = maxLogitsRows
    attention = Attention(compute: compute, shape: model.attention, rotary: model.rotary, capacity: maxTokens)
    let first = weights.layers[0]
    let rows = { (matrix: PackedMatrix) in FloatRows(capacity: maxTokens, width: matrix.outputWidth) }
    hidden = FloatRows(capacity: maxTokens, width: model.width)
    normalized = Self.activations(maxTokens, model.width)
    projections = rows(first.queryKeyValue)
    attended = Self.activations(maxTokens, model.attention.queryHeads * model.attention.headDimension)
    update = rows(first.down)
    gateAndUp = rows(first.gateAndUp)
    gated = Self.activations(maxTokens, model.feedForwardWidth)
    lastHidden = FloatRows(capacity: maxLogitsRows, width: model.width)
    lastNormalized = Self.activations(maxLogitsRows, model.width)
    logits = FloatRows(capacity: maxLogitsRows, width: weights.output.outputWidth)
  }

  /// Far above what real models need (a 70-billion one takes less than 1 GiB for steps of 300 tokens), far below what a hostile
  /// file can ask for with a few large numbers.
  private static let mostScratchBytes = 8 << 30

  /// Widths that are no whole blocks can only meet unquantized matrices.
  private static func activations(_ capacity: Int, _ width: Int) -> Activations {
    Activations(capacity: capacity, width: width, quantized: width % 32 == 0)
  }

  /// Runs the batch's tokens through all layers: keys and values go to their caches, wanted logits to `withLogits`.
  package func forward(_ batch: borrowing Batch) {
    let rows = batch.tokens.count
    precondition(
      rows <= maxTokens && batch.logitsRows <= maxLogitsRows, "the batch is larger than the scratch")
    guard rows > 0 else { return }
    embed(batch)
    attention.begin(batch.entries.count) { index in
      let entry = batch.entries[index]
      return Attention.Chunk(
        firstRow: entry.firstRow, count: entry.count, firstPosition: entry.cache.firstQueryPosition)
    }
    for layer in weights.layers.indices {
      attend(weights.layers[layer], layer, batch, rows: rows)
      feedForward(weights.layers[layer], rows: rows)
    }
    if batch.logitsRows > 0 || batch.keepsHidden { compute.add(update, to: hidden, rows: rows) }
    projectLast(batch)
  }

  /// Puts the logits after some of the last batch's tokens, at most `maxLogitsRows`, into rows 0 and up of `withLogits`.
  ///
  /// The batch must have been told to keep them.
  package func project(rows: Range<Int>) {
    precondition(rows.count <= maxLogitsRows, "more rows than there is room for")
    for row in rows { lastHidden.copyRow(row - rows.lowerBound, from: hidden, row: row) }
    makeLogits(rows: rows.count)
  }

  /// Lets `body` read, and a sampler rework, one row of logits: `[vocabularySize]`.
  package func withLogits<Result>(_ row: Int, _ body: (inout MutableSpan<Float>) -> Result) -> Result {
    logits.withRow(row, count: configuration.vocabularySize, body)
  }

  private func embed(_ batch: borrowing Batch) {
    for (row, token) in batch.tokens.enumerated() {
      precondition(token >= 0 && token < configuration.vocabularySize, "a token outside the vocabulary")
      hidden.withRow(row) { values in weights.embedding.read(Int(token), into: &values) }
    }
  }

  private func attend(_ layer: LayerWeights, _ index: Int, _ batch: borrowing Batch, rows: Int) {
    if index == 0 {
      compute.normalize(
        hidden, weight: layer.attentionNorm.values, epsilon: configuration.normEpsilon, rows: rows,
        into: normalized)
    } else {
      normalize(adding: update, weight: layer.attentionNorm, rows: rows)
    }
    compute.multiply(layer.queryKeyValue, normalized, rows: rows, into: projections)
    attention.setLayer { chunk, head in batch.entries[chunk].cache.slots(layer: index, head: head) }
    let offsets = layer.queryKeyValue.offsets
    attention.rotateAndStore(projections, keyOffset: offsets[1], valueOffset: offsets[2])
    attention.attend(projections, into: attended)
    compute.multiply(layer.attentionOutput, attended, rows: rows, into: update)
  }

  private func feedForward(_ layer: LayerWeights, rows: Int) {
    normalize(adding: update, weight: layer.feedForwardNorm, rows: rows)
    compute.multiplyGated(layer.gateAndUp, normalized, rows: rows, products: gateAndUp, into: gated)
    compute.multiply(layer.down, gated, rows: rows, into: update)
  }

  private func normalize(adding update: borrowing FloatRows, weight: PackedVector, rows: Int) {
    compute.normalize(
      hidden, adding: update, weight: weight.values, epsilon: configuration.normEpsilon, rows: rows,
      into: normalized)
  }

  /// Logits of the last tokens of each entry that wants some.
  private func projectLast(_ batch: borrowing Batch) {
    guard batch.logitsRows > 0 else { return }
    for entry in batch.entries {
      let end = entry.firstRow + entry.count
      for row in entry.logitsRows {
        lastHidden.copyRow(row, from: hidden, row: end - (entry.logitsRows.upperBound - row))
      }
    }
    makeLogits(rows: batch.logitsRows)
  }

  /// Final norm and output matrix.
  private func makeLogits(rows: Int) {
    compute.normalize(
      lastHidden, weight: weights.outputNorm.values, epsilon: configuration.normEpsilon, rows: rows,
      into: lastNormalized)
    compute.multiply(weights.output, lastNormalized, rows: rows, into: logits)
  }
}
