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
  mutating func matrix(_ parts: [MatrixPart], inner: Int) throws(ModelError) -> PackedMatrix {
    var packing: [PackedMatrix.Part] = []
    for part in parts {
      let (tensor, storage) = try take(part.name, shape: part.shape(inner: inner))
      let (file, first) = (self.file, part.rows.lowerBound)
      packing.append(
        PackedMatrix.Part(storage: storage, rows: part.rows.count) { rows, body in
          file.withRowsOnce(first + rows.lowerBound..<first + rows.upperBound, of: tensor, body)
        })
    }
    let matrix = PackedMatrix(inner: inner, parts: packing, arena: arena, pool: pool)
    byteCount += matrix.byteCount
    return matrix
  }

  /// The same with what is added to its products, if there is a bias: tensors of the matrices' names that end in `.bias`.
  mutating func linear(_ parts: [MatrixPart], inner: Int, hasBias: Bool) throws(ModelError) -> Linear {
    let matrix = try matrix(parts, inner: inner)
    guard hasBias else { return Linear(matrix: matrix, bias: nil) }
    let bias = FloatRows(capacity: 1, width: matrix.outputWidth)
    bias.withRow(0) { padded in for index in padded.indices { padded[index] = 0 } }
    for (part, offset) in zip(parts, matrix.offsets) {
      let (tensor, storage) = try take(part.biasName, shape: [part.totalRows])
      let values = Self.floats(tensor, storage, in: file)
      bias.withRow(0) { padded in
        values.withRow(0) { values in
          for row in part.rows { padded[offset + row - part.rows.lowerBound] = values[row] }
        }
      }
    }
    byteCount += matrix.outputWidth * MemoryLayout<Float>.size
    return Linear(matrix: matrix, bias: PackedVector(bias))
  }

  /// A norm over `width` values.
  mutating func norm(_ name: String, width: Int, of model: ModelConfiguration) throws(ModelError) -> Norm {
    let weight = try vector(name + ".weight", width: width)
    guard model.norm == .layer else { return Norm(rms: weight, epsilon: model.normEpsilon) }
    return Norm(layer: weight, bias: try vector(name + ".bias", width: width), epsilon: model.normEpsilon)
  }

  /// A vector `[width]`, as floats.
  private mutating func vector(_ name: String, width: Int) throws(ModelError) -> FloatRows {
    let (tensor, storage) = try take(name, shape: [width])
    byteCount += width * MemoryLayout<Float>.size
    return Self.floats(tensor, storage, in: file)
  }

  /// Vectors `[rows, width]`, which stay in the file.
  mutating func table(_ name: String, rows: Int, width: Int) throws(ModelError) -> VectorTable {
    let (tensor, storage) = try take(name, shape: [width, rows])
    return VectorTable(file: file, tensor: tensor, storage: storage, width: width)
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
