import GGUF

/// A model file of a real model's shape with random weights: to try sizes, speed and memory without a download.
package struct SyntheticModel: Sendable {
  private let shape: ModelShape
  private let type: WeightType
  private let seed: UInt64

  package init(_ shape: ModelShape, _ type: WeightType, seed: UInt64) {
    self.shape = shape
    self.type = type
    self.seed = seed
  }

  /// Writes the file, a piece at a time.
  ///
  /// `progress` is told the share done, 0 to 1. Throws `SynthesisError`, or Foundation's error if the disk is full.
  package func write(to path: String, overwriting: Bool, progress: (Double) -> Void) throws {
    let file = try NewFile(path: path, overwriting: overwriting)
    do {
      try write(to: file, progress)
      try file.finish()
    } catch {
      file.abandon()
      throw error
    }
  }

  private func write(to file: NewFile, _ progress: (Double) -> Void) throws {
    let tensors = SyntheticTensor.all(of: shape, type)
    let total = tensors.reduce(0) { $0 + Self.padded($1.byteCount) }
    var written = 0
    try file.write(header(tensors))
    for (index, tensor) in tensors.enumerated() {
      try write(tensor, seed: seed &* 1_000_003 &+ UInt64(index), to: file) { count in
        written += count
        progress(Double(written) / Double(total))
      }
    }
  }

  private func header(_ tensors: [SyntheticTensor]) -> [UInt8] {
    var entries: [GGUFHeader.Tensor] = []
    var offset = 0
    for tensor in tensors {
      entries.append(
        .init(
          name: tensor.name, dimensions: tensor.dimensions.map(UInt64.init), type: tensor.type.rawValue,
          offset: UInt64(offset)))
      offset += Self.padded(tensor.byteCount)
    }
    var bytes = GGUFHeader(metadata: metadata, tensors: entries).bytes()
    bytes.pad(to: GGUFHeader.alignment)
    return bytes
  }

  private var metadata: [(key: String, value: GGUFValue)] {
    let number = { (value: Int) in GGUFValue.uint32(UInt32(value)) }
    return [
      ("general.architecture", .string("llama")), ("general.name", .string("Synthetic \(shape.name)")),
      ("general.file_type", .uint32(type.fileType)), ("general.quantization_version", .uint32(2)),
      ("llama.block_count", number(shape.layers)), ("llama.context_length", number(shape.contextLength)),
      ("llama.embedding_length", number(shape.width)),
      ("llama.feed_forward_length", number(shape.feedForwardWidth)),
      ("llama.attention.head_count", number(shape.queryHeads)),
      ("llama.attention.head_count_kv", number(shape.kvHeads)),
      ("llama.attention.layer_norm_rms_epsilon", .float32(1e-5)),
      ("llama.rope.freq_base", .float32(Float(shape.rotaryBase))),
      ("llama.rope.dimension_count", number(shape.headDimension)),
      ("llama.vocab_size", number(shape.vocabulary)),
    ] + SyntheticVocabulary(count: shape.vocabulary).metadata
  }

  private func write(
    _ tensor: SyntheticTensor, seed: UInt64, to file: NewFile, _ wrote: (Int) -> Void
  ) throws {
    switch tensor.content {
    case .floats(let values):
      var bytes = values.flatMap(\.bitPattern.littleEndianBytes)
      bytes.pad(to: GGUFHeader.alignment)
      try file.write(bytes)
      wrote(bytes.count)
    case .random:
      var blocks = RandomBlocks(
        tensor.type, deviation: 1 / Double(tensor.dimensions[0]).squareRoot(), seed: seed)
      // 4096 blocks of any type are a multiple of the alignment.
      let pieceBytes = 4096 * tensor.type.bytesPerBlock
      var piece = [UInt8](repeating: 0, count: pieceBytes)
      for start in stride(from: 0, to: tensor.byteCount, by: pieceBytes) {
        blocks.fill(&piece)
        let count = min(pieceBytes, Self.padded(tensor.byteCount) - start)
        try file.write(piece[..<count])
        wrote(count)
      }
    }
  }

  private static func padded(_ byteCount: Int) -> Int {
    (byteCount + GGUFHeader.alignment - 1) / GGUFHeader.alignment * GGUFHeader.alignment
  }
}
