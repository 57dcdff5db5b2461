import GGUF

/// A folder's tensors under their names in GGUF, and the entries that describe them.
struct PresentedTensorList {
  let entries: [GGUFHeader.Tensor]
  let source: PresentedTensors

  init(
    stored: StoredTensors, family: ModelFamily, config: JSONFile, quantization: Quantization?
  ) throws {
    var tensors: [String: PresentedTensor] = [:]
    let isTied = try config.boolean("tie_word_embeddings") ?? family.tiesByDefault
    for tensor in stored.byName.values {
      switch family.place(of: tensor.name) {
      case .computed: continue
      case .unknown: throw SafetensorsError.unknownTensor(name: tensor.name, file: stored.folder)
      case .named("output.weight", _) where isTied: continue
      case .named(let name, let change):
        tensors[name] = try Self.presented(tensor, name, change, config, quantization)
      }
    }
    if !isTied, tensors["output.weight"] == nil {
      throw SafetensorsError.missingTensor(name: "lm_head.weight", folder: stored.folder)
    }
    for (name, values) in try family.computedTensors(config) {
      tensors[name] = PresentedTensor(name: name, type: .f32, origin: .values(values))
    }
    source = PresentedTensors(tensors: tensors)
    entries = Self.entries(tensors.values.sorted { $0.name < $1.name })
  }

  private static func presented(
    _ tensor: StoredTensor, _ name: String, _ change: ModelFamily.Change, _ config: JSONFile,
    _ quantization: Quantization?
  ) throws -> PresentedTensor {
    var presented = PresentedTensor(
      name: name, type: type(tensor, name, quantization), origin: .stored(tensor))
    switch change {
    case .none: break
    case .pairHalves:
      let dimension = try ModelFamily.headDimension(config)
      guard dimension > 0, dimension.isMultiple(of: 2), let rows = tensor.shape.first,
        rows.isMultiple(of: dimension)
      else {
        throw SafetensorsError.malformed(
          file: config.path,
          found: "heads of \(dimension) for the tensor '\(tensor.name)' of the shape \(tensor.shape)",
          expected: "an even size that divides its rows")
      }
      presented.pairedHead = dimension
    case .addOne: presented.addend = 1
    }
    return presented
  }

  /// Vectors become F32, as GGUF has them; rows that are no whole blocks stay what they are.
  private static func type(_ tensor: StoredTensor, _ name: String, _ quantization: Quantization?)
    -> TensorType
  {
    guard tensor.shape.count == 2 else { return .f32 }
    guard let quantization, tensor.rowLength.isMultiple(of: 32) else { return tensor.type }
    return quantization.type(of: name)
  }

  private static func entries(_ tensors: [PresentedTensor]) -> [GGUFHeader.Tensor] {
    var offset = 0
    return tensors.map { tensor in
      defer {
        offset += tensor.byteCount
        offset += -offset & (GGUFHeader.alignment - 1)
      }
      return GGUFHeader.Tensor(
        name: tensor.name, dimensions: tensor.shape.reversed().map(UInt64.init), type: tensor.type.rawValue,
        offset: UInt64(offset))
    }
  }
}
