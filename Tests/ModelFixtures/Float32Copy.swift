import Foundation
import GGUF
import Kernels

/// A copy of a model file with every tensor as 32-bit floats, for as long as the value lives.
///
/// What the other file's weights mean, without its number formats: kernels then compute with floats alone. Of the metadata only
/// texts and numbers are copied, so the copy has no vocabulary.
package final class Float32Copy {
  package let path: String

  package init(of file: GGUFFile) throws {
    path = NSTemporaryDirectory() + "/kvota-\(UUID()).gguf"
    try Data().write(to: URL(fileURLWithPath: path))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    try handle.write(contentsOf: try Self.header(of: file))
    for tensor in file.tensors {
      var bytes = try Self.values(of: tensor, in: file).withUnsafeBytes { Array($0) }
      bytes.pad(to: GGUFHeader.alignment)
      try handle.write(contentsOf: bytes)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private static func header(of file: GGUFFile) throws -> [UInt8] {
    var tensors: [GGUFHeader.Tensor] = []
    var offset = 0
    for tensor in file.tensors {
      tensors.append(
        .init(
          name: tensor.name, dimensions: tensor.dimensions.map(UInt64.init), type: TensorType.f32.rawValue,
          offset: UInt64(offset)))
      offset +=
        (4 * tensor.elementCount + GGUFHeader.alignment - 1) / GGUFHeader.alignment * GGUFHeader.alignment
    }
    let metadata = file.metadata.keys.compactMap { key in value(key, in: file.metadata).map { (key, $0) } }
    var bytes = GGUFHeader(metadata: metadata, tensors: tensors).bytes()
    bytes.pad(to: GGUFHeader.alignment)
    return bytes
  }

  /// The accessors throw where a value is of another kind.
  private static func value(_ key: String, in metadata: Metadata) -> GGUFValue? {
    if let text = try? metadata.string(key) { return .string(text) }
    if let number = try? metadata.integer(key) { return .uint64(UInt64(number)) }
    return (try? metadata.float(key)).map(GGUFValue.float64)
  }

  private static func values(of tensor: TensorInfo, in file: GGUFFile) throws -> [Float] {
    guard let storage = TensorStorage(id: tensor.type.rawValue) else {
      throw UnreadableType(type: tensor.type)
    }
    var values = [Float](repeating: 0, count: tensor.elementCount)
    var span = values.mutableSpan
    file.withTensor(tensor) { storage.dequantize($0, into: &span) }
    return values
  }

  struct UnreadableType: Error {
    let type: TensorType
  }
}
