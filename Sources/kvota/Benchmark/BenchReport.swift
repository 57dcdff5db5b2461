import GGUF
import Inference
import Kernels
import Serving

/// All that a run measured.
struct BenchReport: Encodable {
  struct ModelFacts: Encodable {
    struct TypeShare: Encodable {
      let type: String
      let bytes: Int
    }

    let name: String
    let types: [TypeShare]
  }

  let version = Kvota.version
  let machine = Machine.current
  let model: ModelFacts
  let instructions: String
  let threads: Int
  let kvType: String
  let repetitions: Int
  let ceilings: Ceilings
  var rows: [SpeedRow] = []
  var kernels: [KernelRow] = []
  var tokenizing: TokenizingRow?
  var footprint: ServerFootprint?
  var peerFootprint: ServerFootprint?
  /// Of the weights, as packed in memory; nil where the model was not loaded.
  var weightBytes: Int?
  /// Names of rows that the model's context is too short for.
  var leftOut: [String] = []

  init(
    _ settings: Settings, repetitions: Int, compute: Compute, file: GGUFFile, ceilings: Ceilings
  ) {
    let types = Dictionary(grouping: file.tensors, by: \.type.name).map { type, tensors in
      ModelFacts.TypeShare(type: type, bytes: tensors.reduce(0) { $0 + $1.bytes.count })
    }
    model = ModelFacts(
      name: settings.alias, types: types.sorted { $0.bytes > $1.bytes })
    instructions = compute.instructions.name
    threads = compute.pool.threadCount
    kvType = settings.engine.kvType.rawValue
    self.repetitions = repetitions
    self.ceilings = ceilings
  }
}
