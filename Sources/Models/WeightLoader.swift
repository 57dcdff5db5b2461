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
    var tensors: [TensorInfo] = []
    var packing: [PackedMatrix.Part] = []
    for part in parts {
      let (tensor, storage) = try take(part.name, shape: [inner, part.rows])
      tensors.append(tensor)
      let file = self.file
      packing.append(
        PackedMatrix.Part(storage: storage, rows: part.rows) { body in file.withTensor(tensor, body) })
    }
    let matrix = PackedMatrix(inner: inner, parts: packing, arena: arena, pool: pool)
    for tensor in tensors { file.file.dropPages(tensor.bytes) }
    byteCount += matrix.byteCount
    return matrix
  }

  /// A vector `[width]`, as floats.
  mutating func vector(_ name: String, width: Int) throws(ModelError) -> PackedVector {
    let (tensor, storage) = try take(name, shape: [width])
    let row = FloatRows(capacity: 1, width: width)
    row.withRow(0) { values in
      file.withTensor(tensor) { bytes in storage.dequantize(bytes, into: &values) }
    }
    byteCount += width * MemoryLayout<Float>.size
    return PackedVector(row)
  }

  /// The token embedding `[rows, width]`, which stays in the file.
  mutating func embedding(_ name: String, rows: Int, width: Int) throws(ModelError) -> TokenEmbedding {
    let (tensor, storage) = try take(name, shape: [width, rows])
    return TokenEmbedding(file: file, tensor: tensor, storage: storage, width: width)
  }

  /// Throws if the file holds a tensor that nothing took: a model is not run with parts left out.
  func refuseUnused() throws(ModelError) {
    if let tensor = file.tensors.first(where: { !used.contains($0.name) }) {
      throw .unusedTensor(tensor.name)
    }
  }

  private mutating func take(
    _ name: String, shape: [Int]
  ) throws(ModelError) -> (TensorInfo, TensorStorage) {
    let tensor: TensorInfo
    do { tensor = try file.tensor(name) } catch { throw .file(error) }
    guard let storage = TensorStorage(id: tensor.type.rawValue) else {
      throw .unsupportedType(tensor: name, type: tensor.type.name)
    }
    guard tensor.dimensions == shape else {
      throw .wrongShape(tensor: name, found: tensor.dimensions, expected: "\(shape)")
    }
    used.insert(name)
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
    let rowBytes = tensor.bytes.count / tensor.dimensions[1]
    file.withTensor(tensor) { bytes in
      storage.dequantize(bytes.extracting(token * rowBytes..<(token + 1) * rowBytes), into: &row)
    }
  }
}
