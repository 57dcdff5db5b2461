import Caching
import GGUF
import Kernels
import Models

/// What was fed to a model, as far as its cost depends on it.
struct Work: Equatable {
  /// Forward passes.
  var steps = 0
  var tokens = 0
  /// Tokens whose logits were wanted.
  var logitsRows = 0
  /// Slots that tokens attended to, in each layer and head: one for each pair.
  var attendedSlots = 0
  /// Slots that passes had to read, in each layer and head: a chunk's tokens share their reading.
  var readSlots = 0

  /// A sequence's part of a pass: `tokens` new ones, after which its heads hold `slots`.
  mutating func add(tokens: Int, slots: Int) {
    self.tokens += tokens
    readSlots += slots
    // A token does not see the ones after it.
    attendedSlots += tokens * slots - tokens * (tokens - 1) / 2
  }
}

/// What a model's work costs at least.
struct ModelCosts {
  /// A multiply-add for each weight and token: of bytes if the weight is quantized, of f32 numbers else.
  struct Matrices: Equatable {
    var integerWeights = 0
    var floatWeights = 0

    func cost(tokens: Int) -> Cost {
      Cost(
        integerOperations: 2 * Double(integerWeights) * Double(tokens),
        floatOperations: 2 * Double(floatWeights) * Double(tokens))
    }
  }

  /// All packed weights, which every pass reads.
  let weightBytes: Int
  let layers: Matrices
  let output: Matrices
  let shape: CacheShape

  init(weightBytes: Int, layers: Matrices, output: Matrices, shape: CacheShape) {
    self.weightBytes = weightBytes
    self.layers = layers
    self.output = output
    self.shape = shape
  }

  init(_ model: Model, file: GGUFFile, shape: CacheShape) {
    let embedding = "token_embd.weight"
    let outputName = file.hasTensor("output.weight") ? "output.weight" : embedding
    // Learned positions are looked up, not multiplied.
    let matrices = file.tensors.filter { $0.dimensions.count > 1 && $0.name != "position_embd.weight" }
    let experts = model.configuration.experts
    self.init(
      weightBytes: model.weightBytes,
      layers: Self.matrices(matrices.filter { ![embedding, outputName].contains($0.name) }, experts),
      output: Self.matrices(matrices.filter { $0.name == outputName }),
      shape: shape)
  }

  /// The weights that a token meets: of tensors with a matrix for each expert only those that it uses.
  private static func matrices(
    _ tensors: [TensorInfo], _ experts: ModelConfiguration.Experts? = nil
  ) -> Matrices {
    tensors.reduce(into: Matrices()) { sum, tensor in
      let isQuantized = TensorStorage(id: tensor.type.rawValue)?.isQuantized ?? false
      let perExpert = tensor.dimensions.count > 2 ? experts : nil
      let count = perExpert.map { tensor.elementCount / $0.count * $0.used } ?? tensor.elementCount
      if isQuantized { sum.integerWeights += count } else { sum.floatWeights += count }
    }
  }

  func cost(of work: Work) -> Cost {
    // A score and a weighted sum: two multiply-adds for each value of a head.
    let operations = 4.0 * Double(shape.layers * shape.queryHeads * shape.headDimension)
    let slotBytes = Double(shape.heads * shape.pageBytes / CacheShape.slotsPerPage)
    return layers.cost(tokens: work.tokens) + output.cost(tokens: work.logitsRows)
      + Cost(
        bytes: Double(weightBytes) * Double(work.steps) + slotBytes * Double(work.readSlots),
        floatOperations: operations * Double(work.attendedSlots))
  }
}
