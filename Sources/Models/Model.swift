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
  private let attention: AttentionBlock
  private let feedForward: FeedForwardBlock
  // Scratch of a step, `[maxTokens, ...]`.
  private let hidden: FloatRows
  private let normalized: Activations
  private let update: FloatRows
  private let position: FloatRows
  // Of the rows whose logits are wanted, `[maxLogitsRows, ...]`.
  private let lastHidden: FloatRows
  private let lastNormalized: Activations
  private let logits: FloatRows

  /// Checks, packs and readies the model in `file`.
  ///
  /// `rotary` replaces what the file says of rotary positions; `progress` is told the share done, 0 to 1. Throws `ModelError` with
  /// what does not fit.
  package init(
    file: GGUFFile, compute: Compute, maxTokens: Int, maxLogitsRows: Int,
    rotary: RotarySettings = RotarySettings(),
    progress: (Double) -> Void = { _ in }
  ) throws(ModelError) {
    let model = try Architectures.configuration(of: file, rotary: rotary)
    let scratchBytes = model.scratchBytes(tokens: maxTokens, logitsRows: maxLogitsRows)
    guard scratchBytes <= Self.mostScratchBytes else {
      throw .scratchTooLarge(bytes: scratchBytes, most: Self.mostScratchBytes)
    }
    weights = try Weights(model, file: file, pool: compute.pool, progress: progress)
    configuration = model
    self.compute = compute
    self.maxTokens = maxTokens
    self.maxLogitsRows = maxLogitsRows
    let layer = weights.layers[0]
    attention = AttentionBlock(model, like: layer, compute: compute, capacity: maxTokens)
    feedForward = FeedForwardBlock(model, like: layer, compute: compute, capacity: maxTokens)
    hidden = FloatRows(capacity: maxTokens, width: model.width)
    normalized = Activations(capacity: maxTokens, width: model.width)
    update = FloatRows(capacity: maxTokens, width: layer.attentionOutput.matrix.outputWidth)
    position = FloatRows(capacity: model.learnsPositions ? 1 : 0, width: model.width)
    lastHidden = FloatRows(capacity: maxLogitsRows, width: model.width)
    lastNormalized = Activations(capacity: maxLogitsRows, width: model.width)
    logits = FloatRows(capacity: maxLogitsRows, width: weights.output.outputWidth)
  }

  /// Far above what real models need (a 70-billion one takes less than 1 GiB for steps of 300 tokens), far below what a hostile
  /// file can ask for with a few large numbers.
  private static let mostScratchBytes = 8 << 30

  /// Runs the batch's tokens through all layers: keys and values go to their caches, wanted logits to `withLogits`.
  package func forward(_ batch: borrowing Batch) {
    let rows = batch.tokens.count
    precondition(
      rows <= maxTokens && batch.logitsRows <= maxLogitsRows, "the batch is larger than the scratch")
    guard rows > 0 else { return }
    embed(batch)
    attention.begin(batch)
    for index in weights.layers.indices {
      let layer = weights.layers[index]
      normalize(by: layer.attentionNorm, rows: rows, isFirst: index == 0)
      attention.run(layer, index, batch, rows: rows, input: normalized, into: update)
      prepareFeedForward(layer, rows: rows)
      feedForward.run(layer, rows: rows, input: normalized, into: update)
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
      hidden.withRow(row) { values in
        weights.embedding.read(Int(token), into: &values)
        guard let scale = configuration.embeddingScale else { return }
        for index in values.indices { values[index] *= scale }
      }
    }
    guard let positions = weights.positions else { return }
    for entry in batch.entries {
      for offset in 0..<entry.count {
        addPosition(entry.cache.firstQueryPosition + offset, of: positions, to: entry.firstRow + offset)
      }
    }
  }

  private func addPosition(_ number: Int, of positions: VectorTable, to row: Int) {
    precondition(number < configuration.contextLength, "a position beyond the context")
    position.withRow(0) { vector in
      positions.read(number, into: &vector)
      hidden.withRow(row) { values in for index in values.indices { values[index] += vector[index] } }
    }
  }

  /// Adds what the last part of a layer gave, if there was one, and norms.
  private func normalize(by norm: Norm, rows: Int, isFirst: Bool = false) {
    if isFirst {
      compute.normalize(hidden, by: norm, rows: rows, into: normalized)
    } else {
      compute.normalize(hidden, adding: update, by: norm, rows: rows, into: normalized)
    }
  }

  private func prepareFeedForward(_ layer: LayerWeights, rows: Int) {
    guard configuration.isParallel else { return normalize(by: layer.feedForwardNorm, rows: rows) }
    // What attention gave is not read here, only added.
    compute.normalize(hidden, by: layer.feedForwardNorm, rows: rows, into: normalized)
    compute.add(update, to: hidden, rows: rows)
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
    compute.normalize(lastHidden, by: weights.outputNorm, rows: rows, into: lastNormalized)
    compute.multiply(weights.output, lastNormalized, rows: rows, into: logits)
    if let cap = configuration.logitSoftCap { compute.softCap(logits, at: cap, rows: rows) }
  }
}
