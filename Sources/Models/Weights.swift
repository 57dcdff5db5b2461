import GGUF
import Kernels

/// One decoder layer's weights, packed.
struct LayerWeights {
  let attentionNorm: PackedVector
  /// Query, key and value stacked, `[(queryHeads + 2 kvHeads) * headDimension, width]`.
  let queryKeyValue: PackedMatrix
  let attentionOutput: PackedMatrix
  let feedForwardNorm: PackedVector
  /// Gate and up stacked, `[2 * feedForwardWidth, width]`.
  let gateAndUp: PackedMatrix
  let down: PackedMatrix
}

/// A row of floats that many rows are multiplied by.
final class PackedVector {
  let values: FloatRows

  init(_ values: consuming FloatRows) { self.values = values }
}

/// All weights of a model, packed for the kernels; the token embedding stays in the file and is read row by row.
struct Weights {
  let embedding: TokenEmbedding
  let layers: [LayerWeights]
  let outputNorm: PackedVector
  let output: PackedMatrix
  /// Bytes of packed weights in memory.
  let byteCount: Int

  static var knownTypes: [String] { TensorStorage.all.map(\.name) }
  private static let embeddingName = "token_embd.weight"
  private static let divisorsName = "rope_freqs.weight"

  /// Rows of the token embedding.
  static func vocabularySize(in file: GGUFFile) throws(ModelError) -> Int {
    let dimensions: [Int]
    do { dimensions = try file.tensor(embeddingName).dimensions } catch { throw .file(error) }
    guard dimensions.count == 2, (1...(1 << 24)).contains(dimensions[1]) else {
      throw .wrongShape(tensor: embeddingName, found: dimensions, expected: "[width, 1 to \(1 << 24) tokens]")
    }
    return dimensions[1]
  }

  /// What the frequency of each of `count` rotary pairs is divided by (Llama 3.1 and later); nil in a file without them.
  static func frequencyDivisors(in file: GGUFFile, count: Int) throws(ModelError) -> [Float]? {
    guard file.hasTensor(divisorsName) else { return nil }
    let divisors = try WeightLoader.floats(divisorsName, count: count, in: file)
    guard divisors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .badValue(key: divisorsName, found: "\(divisors)", expected: "numbers above 0")
    }
    return divisors
  }

  /// Checks and packs every tensor, layer by layer, and gives the file's pages back as it goes.
  ///
  /// `progress` is told the share done, 0 to 1, after each layer.
  init(
    _ configuration: ModelConfiguration, file: GGUFFile, pool: ThreadPool, progress: (Double) -> Void
  ) throws(ModelError) {
    let model = configuration
    var loader = WeightLoader(file: file, pool: pool)
    embedding = try loader.embedding(Self.embeddingName, rows: model.vocabularySize, width: model.width)
    var layers: [LayerWeights] = []
    for layer in 0..<model.layers {
      layers.append(try Self.layer(layer, of: model, &loader))
      progress(Double(layer + 1) / Double(model.layers + 1))
    }
    self.layers = layers
    outputNorm = try loader.vector("output_norm.weight", width: model.width)
    // A file without an output matrix ties it to the embedding.
    let outputName = file.hasTensor("output.weight") ? "output.weight" : Self.embeddingName
    output = try loader.matrix([(outputName, model.vocabularySize)], inner: model.width)
    loader.noteRead(Self.divisorsName)
    try loader.refuseUnused()
    byteCount = loader.byteCount
    progress(1)
  }

  private static func layer(
    _ index: Int, of model: ModelConfiguration, _ loader: inout WeightLoader
  ) throws(ModelError) -> LayerWeights {
    let name = { (part: String) in "blk.\(index).\(part).weight" }
    let heads = model.attention
    let (queries, keys) = (heads.queryHeads * heads.headDimension, heads.kvHeads * heads.headDimension)
    return LayerWeights(
      attentionNorm: try loader.vector(name("attn_norm"), width: model.width),
      queryKeyValue: try loader.matrix(
        [(name("attn_q"), queries), (name("attn_k"), keys), (name("attn_v"), keys)], inner: model.width),
      attentionOutput: try loader.matrix([(name("attn_output"), model.width)], inner: queries),
      feedForwardNorm: try loader.vector(name("ffn_norm"), width: model.width),
      gateAndUp: try loader.matrix(
        [(name("ffn_gate"), model.feedForwardWidth), (name("ffn_up"), model.feedForwardWidth)],
        inner: model.width),
      down: try loader.matrix([(name("ffn_down"), model.width)], inner: model.feedForwardWidth))
  }
}
