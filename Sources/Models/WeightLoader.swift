import GGUF
import Kernels

/// Takes tensors out of a file: checks type and shape, packs, gives the pages back, and remembers which were used.
struct WeightLoader {
  let file: GGUFFile
  let pool: ThreadPool
  private let arena = WeightArena()
  private(set) var byteCount = 0
  private var used: Set<String> = []

  init(file: GGUFFile, pool: ThreadPool) {
    self.file = file
    self.pool = pool
  }

  /// Matrices `[rows, inner]` with the same input, stacked into one.
  mutating func matrix(_ parts: [(name: String, rows: Int)], inner: Int) throws(ModelError) -> PackedMatrix {
    var packing: [PackedMatrix.Part] = []
    for part in parts {
      let (tensor, storage) = try take(part.name, shape: [inner, part.rows])
      let file = self.file
      packing.append(
        PackedMatrix.Part(storage: storage, rows: part.rows) { rows, body in
          file.withRowsOnce(rows, of: tensor, body)
        })
    }
    let matrix = PackedMatrix(inner: inner, parts: packing, arena: arena, pool: pool)
    byteCount += matrix.byteCount
    return matrix
  }

  /// A vector `[width]`, as floats.
  mutating func vector(_ name: String, width: Int) throws(ModelError) -> PackedVector {
    let (tensor, storage) = try take(name, shape: [width])
    byteCount += width * MemoryLayout<Float>.size
    return PackedVector(Self.floats(tensor, storage, in: file))
  }

  /// The token embedding `[rows, width]`, which stays in the file.
  mutating func embedding(_ name: String, rows: Int, width: Int) throws(ModelError) -> TokenEmbedding {
    let (tensor, storage) = try take(name, shape: [width, rows])
    return TokenEmbedding(file: file, tensor: tensor, storage: storage, width: width)
  }

  /// Counts a tensor as used that was read before, with the configuration.
  mutating func noteRead(_ name: String) { used.insert(name) }

  /// Throws if the file holds a tensor that nothing took: a model is not run with parts left out.
  func refuseUnused() throws(ModelError) {
    if let tensor = file.tensors.first(where: { !used.contains($0.name) }) {
      throw .unusedTensor(tensor.name)
    }
  }

  /// The numbers of a tensor `[count]`, read without packing anything.
  static func floats(_ name: String, count: Int, in file: GGUFFile) throws(ModelError) -> [Float] {
    let (tensor, storage) = try checked(name, shape: [count], in: file)
    return floats(tensor, storage, in: file).withRow(0) { values in values.indices.map { values[$0] } }
  }

  private static func floats(_ tensor: TensorInfo, _ storage: TensorStorage, in file: GGUFFile) -> FloatRows {
    let row = FloatRows(capacity: 1, width: tensor.elementCount)
    row.withRow(0) { values in
      file.withTensor(tensor) { bytes in storage.dequantize(bytes, into: &values) }
    }
    return row
  }

  private mutating func take(
    _ name: String, shape: [Int]
  ) throws(ModelError) -> (TensorInfo, TensorStorage) {
    let found = try Self.checked(name, shape: shape, in: file)
    used.insert(name)
    return found
  }

  private static func checked(
    _ name: String, shape: [Int], in file: GGUFFile
  ) throws(ModelError) -> (TensorInfo, TensorStorage) {
    let tensor: TensorInfo
    do { tensor = try file.tensor(name) } catch { throw .file(error) }
    guard let storage = TensorStorage(id: tensor.type.rawValue) else {
      throw .unsupportedType(tensor: name, type: tensor.type.name)
    }
    guard tensor.dimensions == shape else {
      throw .wrongShape(tensor: name, found: tensor.dimensions, expected: "\(shape)")
    }
    return (tensor, storage)
  }
}

/// The token embedding as it lies in the mapped file: only rows that are used come into memory.
struct TokenEmbedding {
  let file: GGUFFile
  let tensor: TensorInfo
  let storage: TensorStorage
  let width: Int

  /// Writes token `token`'s vector, `[width]`; the token must be in the vocabulary.
  func read(_ token: Int, into row: inout MutableSpan<Float>) {
    file.withRows(token..<token + 1, of: tensor) { storage.dequantize($0, into: &row) }
  }
}
