package import Caching
package import Kernels

/// The numbers that define a decoder-only transformer, checked.
package struct ModelConfiguration: Sendable, Equatable {
  package var architecture: String
  /// Name from the file, for people.
  package var name: String
  package var layers: Int
  /// Width of the residual stream.
  package var width: Int
  package var feedForwardWidth: Int
  package var attention: AttentionShape
  package var rotary: RotaryEmbedding
  package var normEpsilon: Float
  package var vocabularySize: Int
  /// Tokens that the model was trained to see.
  package var contextLength: Int

  /// Bytes of scratch for a step of so many tokens and rows of logits, quantized copies and attention's own left out.
  package func scratchBytes(tokens: Int, logitsRows: Int) -> Int {
    let heads = attention.queryHeads + attention.kvHeads
    let perToken = 3 * width + 3 * feedForwardWidth + 2 * heads * attention.headDimension
    return MemoryLayout<Float>.size * (tokens * perToken + logitsRows * (vocabularySize + 2 * width))
  }

  /// The sizes that caches for this model have.
  package var cacheShape: CacheShape {
    get throws(CacheError) {
      try CacheShape(
        layers: layers, kvHeads: attention.kvHeads, queryHeads: attention.queryHeads,
        headDimension: attention.headDimension, rotary: rotary)
    }
  }
}
