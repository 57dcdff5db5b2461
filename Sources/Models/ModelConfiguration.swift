package import Caching
package import Kernels

/// The numbers and features that define a decoder-only transformer, checked.
package struct ModelConfiguration: Sendable, Equatable {
  /// How activations are normed; a LayerNorm has a bias.
  package enum NormKind: Sendable { case rms, layer }

  /// How a layer's feed-forward part is made.
  package enum FeedForward: Sendable, Equatable {
    /// Down of activated gate times up; gate and up may be one tensor.
    case gated(Activation, isFused: Bool)
    /// Down of GELU of up.
    case plain
  }

  /// Which products have a bias.
  package struct Biases: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let queryKeyValue = Biases(rawValue: 1)
    package static let attentionOutput = Biases(rawValue: 2)
    package static let feedForward = Biases(rawValue: 4)
    package static let all: Biases = [.queryKeyValue, .attentionOutput, .feedForward]
  }

  /// Feed-forward parts of which each token uses some.
  package struct Experts: Sendable, Equatable {
    package let count: Int
    /// Of one token.
    package let used: Int
    package let width: Int
  }

  package var architecture: String
  /// Name from the file, for people.
  package var name: String
  package var layers: Int
  /// Width of the residual stream.
  package var width: Int
  package var feedForwardWidth: Int
  package var attention: AttentionShape
  package var rotary: RotaryEmbedding
  package var norm: NormKind
  package var normEpsilon: Float
  package var vocabularySize: Int
  /// Tokens that the model was trained to see.
  package var contextLength: Int

  package var biases: Biases = []
  /// Whether query, key and value are one tensor.
  package var fusesQueryKeyValue = false
  /// Whether each head's queries and keys are normed before they rotate.
  package var normsHeads = false
  /// Whether what attention and feed-forward give is normed before it is added.
  package var normsUpdates = false
  /// Whether a layer's feed-forward part reads what its attention reads, instead of what that has added to.
  package var isParallel = false
  package var feedForward = FeedForward.gated(.silu, isFused: false)
  package var experts: Experts?
  /// What token embeddings are multiplied by.
  package var embeddingScale: Float?
  /// Whether a learned vector of each position is added to the token's.
  package var learnsPositions = false
  package var window: SlidingWindow?
  /// Logits x become `logitSoftCap * tanh(x / logitSoftCap)`.
  package var logitSoftCap: Float?

  /// Bytes of scratch for a step of so many tokens and rows of logits, quantized copies and attention's own left out.
  package func scratchBytes(tokens: Int, logitsRows: Int) -> Int {
    let heads = attention.queryHeads + attention.kvHeads
    let feedForward = experts.map { 3 * $0.width + $0.count + 2 * width } ?? 3 * feedForwardWidth
    let perToken = 3 * width + feedForward + 2 * heads * attention.headDimension
    return MemoryLayout<Float>.size * (tokens * perToken + logitsRows * (vocabularySize + 2 * width))
  }

  /// The sizes that caches for this model have.
  package var cacheShape: CacheShape {
    get throws(CacheError) {
      var shape = try CacheShape(
        layers: layers, kvHeads: attention.kvHeads, queryHeads: attention.queryHeads,
        headDimension: attention.headDimension, rotary: rotary)
      shape.window = window
      shape.learnsPositions = learnsPositions
      return shape
    }
  }
}
