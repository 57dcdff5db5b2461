import GGUF
import Kernels

/// All weights of a model, packed for the kernels; vectors of tokens and positions stay in the file and are read row by row.
struct Weights {
  let embedding: VectorTable
  /// Learned vectors of positions.
  let positions: VectorTable?
  let layers: [LayerWeights]
  let outputNorm: Norm
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
    file.hasTensor(divisorsName) ? try divisors(divisorsName, in: file, count: count) : nil
  }

  /// Divisors of frequencies, `[count]`, each above 0.
  static func divisors(_ name: String, in file: GGUFFile, count: Int) throws(ModelError) -> [Float] {
    let divisors = try WeightLoader.floats(name, count: count, in: file)
    guard divisors.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw .badValue(key: name, found: "\(divisors)", expected: "numbers above 0")
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
    embedding = try loader.table(Self.embeddingName, rows: model.vocabularySize, width: model.width)
    positions =
      model.learnsPositions
      ? try loader.table("position_embd.weight", rows: model.contextLength, width: model.width) : nil
    var layers: [LayerWeights] = []
    for layer in 0..<model.layers {
      layers.append(try LayerReader(model: model, index: layer).read(&loader))
      progress(Double(layer + 1) / Double(model.layers + 1))
    }
    self.layers = layers
    outputNorm = try loader.norm("output_norm", width: model.width, of: model)
    // A file without an output matrix ties it to the embedding.
    let outputName = file.hasTensor("output.weight") ? "output.weight" : Self.embeddingName
    output = try loader.matrix([MatrixPart(outputName, rows: model.vocabularySize)], inner: model.width)
    for name in [Self.divisorsName, LongRope.longName, LongRope.shortName] { loader.noteRead(name) }
    try loader.refuseUnused()
    byteCount = loader.byteCount
    progress(1)
  }
}
