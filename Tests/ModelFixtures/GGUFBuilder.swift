import Foundation

/// Writes GGUF bytes for tests: well-formed ones, and by its overrides malformed ones.
package struct GGUFBuilder {
  /// A metadata value with its type number and bytes.
  package struct Value {
    package var type: UInt32
    package var bytes: [UInt8]

    package init(type: UInt32, bytes: [UInt8]) {
      self.type = type
      self.bytes = bytes
    }

    package static func uint8(_ value: UInt8) -> Value { Value(type: 0, bytes: [value]) }
    package static func uint32(_ value: UInt32) -> Value { Value(type: 4, bytes: value.littleEndianBytes) }
    package static func int32(_ value: Int32) -> Value { Value(type: 5, bytes: value.littleEndianBytes) }
    package static func uint64(_ value: UInt64) -> Value { Value(type: 10, bytes: value.littleEndianBytes) }
    package static func float32(_ value: Float) -> Value {
      Value(type: 6, bytes: value.bitPattern.littleEndianBytes)
    }
    package static func float64(_ value: Double) -> Value {
      Value(type: 12, bytes: value.bitPattern.littleEndianBytes)
    }
    package static func bool(_ value: Bool) -> Value { Value(type: 7, bytes: [value ? 1 : 0]) }
    package static func string(_ value: String) -> Value { Value(type: 8, bytes: ggufString(value)) }

    /// An array of values that all have `type`.
    package static func array(_ type: UInt32, _ elements: [Value]) -> Value {
      let header = type.littleEndianBytes + UInt64(elements.count).littleEndianBytes
      return Value(type: 9, bytes: header + elements.flatMap(\.bytes))
    }
    package static func strings(_ values: [String]) -> Value { array(8, values.map(string)) }
    package static func int32s(_ values: [Int32]) -> Value { array(5, values.map(int32)) }
    package static func float32s(_ values: [Float]) -> Value { array(6, values.map(float32)) }
  }

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
    var bytes = magic.littleEndianBytes + version.littleEndianBytes
    bytes += (tensorCount ?? UInt64(tensors.count)).littleEndianBytes
    bytes += (keyCount ?? UInt64(metadata.count)).littleEndianBytes
    for (key, value) in metadata {
      bytes += ggufString(key) + value.type.littleEndianBytes + value.bytes
    }
    var data: [UInt8] = []
    for tensor in tensors {
      bytes += ggufString(tensor.name) + UInt32(tensor.dimensions.count).littleEndianBytes
      bytes += tensor.dimensions.flatMap(\.littleEndianBytes) + tensor.type.littleEndianBytes
      bytes += (tensor.offset ?? UInt64(data.count)).littleEndianBytes
      data += tensor.data
      data.pad(to: alignment)
    }
    guard !tensors.isEmpty else { return bytes }
    bytes.pad(to: alignment)
    return bytes + data
  }
}

package func ggufString(_ text: String) -> [UInt8] {
  UInt64(text.utf8.count).littleEndianBytes + Array(text.utf8)
}

extension FixedWidthInteger {
  package var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension [UInt8] {
  package mutating func pad(to alignment: Int) {
    while !count.isMultiple(of: alignment) { append(0) }
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
