import GGUF

/// A tensor as it lies in a safetensors file.
struct StoredTensor: Sendable {
  let name: String
  /// The slowest-changing first, as PyTorch has them.
  let shape: [Int]
  let type: TensorType
  let file: MappedFile
  let bytes: Range<Int>

  /// Values in a row of the fastest-changing dimension.
  var rowLength: Int { shape.last ?? 1 }

  /// Where one row lies in the file.
  func bytes(ofRow row: Int) -> Range<Int> {
    let rowBytes = rowLength * type.bytesPerBlock
    let start = bytes.lowerBound + row * rowBytes
    return start..<start + rowBytes
  }

  /// Bytes from its begin, middle and end.
  var sample: [UInt8] {
    let last = max(bytes.lowerBound, bytes.upperBound - 1024)
    var sample: [UInt8] = []
    for start in [bytes.lowerBound, bytes.lowerBound + (last - bytes.lowerBound) / 2, last] {
      file.append(start..<min(start + 1024, bytes.upperBound), to: &sample)
    }
    return sample
  }
}
