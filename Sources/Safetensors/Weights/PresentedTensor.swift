import GGUF
import Kernels

/// A tensor of the model under its name in GGUF: what it is made of, and what is changed about it.
struct PresentedTensor: Sendable {
  enum Origin: Sendable {
    case stored(StoredTensor)
    /// One row that no file holds.
    case values([Float])
  }

  let name: String
  /// The type that it is presented in.
  let type: TensorType
  let origin: Origin
  /// Whose rows of query and key weights pair neighbours in GGUF, and halves of a head in the folder: values in a head, else nil.
  var pairedHead: Int?
  /// Added to every value: norms that count from 1.
  var addend: Float = 0

  /// The slowest-changing first.
  var shape: [Int] {
    switch origin {
    case .stored(let tensor): tensor.shape
    case .values(let values): [values.count]
    }
  }

  var rowLength: Int { shape.last ?? 1 }
  var byteCount: Int { shape.reduce(1, *) / type.blockSize * type.bytesPerBlock }

  /// Bytes of rows as GGUF has them.
  func bytes(rows: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(rows.count * (rowLength / type.blockSize * type.bytesPerBlock))
    var floats = [Float](repeating: 0, count: rowLength)
    for row in rows { append(row, &floats, to: &bytes) }
    return bytes
  }

  private func append(_ row: Int, _ floats: inout [Float], to bytes: inout [UInt8]) {
    switch origin {
    case .values(let values): BlockWriter.append(values.span, as: type, to: &bytes)
    case .stored(let tensor) where tensor.type == type && addend == 0 && shape.count == 2:
      tensor.file.append(tensor.bytes(ofRow: storedRow(row)), to: &bytes)
    case .stored(let tensor):
      read(tensor, row, into: &floats)
      BlockWriter.append(floats.span, as: type, to: &bytes)
    }
  }

  private func read(_ tensor: StoredTensor, _ row: Int, into floats: inout [Float]) {
    guard let storage = TensorStorage(id: tensor.type.rawValue) else {
      preconditionFailure("files are read in F32, F16 and BF16 only")
    }
    var span = floats.mutableSpan
    let isVector = shape.count == 1
    tensor.file.withBytes(tensor.bytes(ofRow: isVector ? 0 : storedRow(row))) { bytes in
      storage.dequantize(bytes, into: &span)
    }
    if addend != 0 { for index in span.indices { span[index] += addend } }
    if isVector, pairedHead != nil { floats = floats.indices.map { floats[storedRow($0)] } }
  }

  private func storedRow(_ row: Int) -> Int {
    guard let pairedHead else { return row }
    let place = row % pairedHead
    return row - place + place / 2 + place % 2 * (pairedHead / 2)
  }
}

/// All tensors of a folder's model.
struct PresentedTensors: TensorSource {
  let tensors: [String: PresentedTensor]

  func bytes(of tensor: TensorInfo, rows: Range<Int>) -> [UInt8] {
    tensors[tensor.name]?.bytes(rows: rows) ?? []
  }

  var sample: [UInt8] {
    tensors.keys.sorted().flatMap { name -> [UInt8] in
      switch tensors[name]?.origin {
      case .stored(let tensor): tensor.sample
      case .values, nil: []
      }
    }
  }
}
