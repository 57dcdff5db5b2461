import Foundation
import GGUF

/// Writes GGUF bytes for tests: well-formed ones, and by its overrides malformed ones.
package struct GGUFBuilder {
  package typealias Value = GGUFValue

  /// A tensor with the bytes of its data.
  package struct Tensor {
    package var name: String
    package var dimensions: [UInt64]
    package var type: UInt32
    package var data: [UInt8]
    /// Written instead of the offset that follows from the tensors before.
    package var offset: UInt64?

    package init(name: String, dimensions: [UInt64], type: UInt32, data: [UInt8], offset: UInt64? = nil) {
      self.name = name
      self.dimensions = dimensions
      self.type = type
      self.data = data
      self.offset = offset
    }

    /// A 32-bit float tensor; `dimensions` has the row length first.
    package static func float32(_ name: String, _ dimensions: [Int], _ values: [Float]) -> Tensor {
      Tensor(
        name: name, dimensions: dimensions.map(UInt64.init), type: 0,
        data: values.flatMap(\.bitPattern.littleEndianBytes))
    }
  }

  package var magic: UInt32 = 0x4655_4747
  package var version: UInt32 = 3
  package var metadata: [(key: String, value: Value)] = []
  package var tensors: [Tensor] = []
  package var alignment = 32
  /// Written instead of the true counts.
  package var tensorCount: UInt64?
  package var keyCount: UInt64?

  package init(metadata: [(key: String, value: Value)] = [], tensors: [Tensor] = []) {
    self.metadata = metadata
    self.tensors = tensors
  }

  package func bytes() -> [UInt8] {
    var entries: [GGUFHeader.Tensor] = []
    var data: [UInt8] = []
    for tensor in tensors {
      entries.append(
        .init(
          name: tensor.name, dimensions: tensor.dimensions, type: tensor.type,
          offset: tensor.offset ?? UInt64(data.count)))
      data += tensor.data
      data.pad(to: alignment)
    }
    var bytes = GGUFHeader(metadata: metadata, tensors: entries).bytes()
    let front = magic.littleEndianBytes + version.littleEndianBytes
    let counts = [tensorCount ?? UInt64(tensors.count), keyCount ?? UInt64(metadata.count)]
    bytes.replaceSubrange(..<24, with: front + counts.flatMap(\.littleEndianBytes))
    guard !tensors.isEmpty else { return bytes }
    bytes.pad(to: alignment)
    return bytes + data
  }
}

/// A file with these bytes that lives as long as the value.
///
/// In memory where the system has such a directory: fuzzing writes thousands of files, and a disk that others
/// use would make it wait.
package final class TemporaryFile {
  package let path: String

  private static let directory = ["/dev/shm", NSTemporaryDirectory()].first {
    FileManager.default.isWritableFile(atPath: $0)
  }

  package init(_ bytes: [UInt8]) throws {
    path = (Self.directory ?? ".") + "/kvota-\(UUID()).gguf"
    try write(bytes)
  }

  package func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
