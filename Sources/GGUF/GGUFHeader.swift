/// What stands in a model file before its tensors' data, to be written: metadata, and which tensors follow where.
package struct GGUFHeader {
  package struct Tensor {
    package let name: String
    /// The fastest-changing (row length) first.
    package let dimensions: [UInt64]
    /// The number of its `TensorType`.
    package let type: UInt32
    /// Where its data begins, counted from the end of the header.
    package let offset: UInt64

    package init(name: String, dimensions: [UInt64], type: UInt32, offset: UInt64) {
      self.name = name
      self.dimensions = dimensions
      self.type = type
      self.offset = offset
    }
  }

  /// What data begins at a multiple of, unless the metadata say otherwise.
  package static let alignment = 32

  package var metadata: [(key: String, value: GGUFValue)]
  package var tensors: [Tensor]

  package init(metadata: [(key: String, value: GGUFValue)], tensors: [Tensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The header as version 3 of the format has it, not padded to the data yet.
  package func bytes() -> [UInt8] {
    var bytes = Array("GGUF".utf8) + UInt32(3).littleEndianBytes
    bytes += UInt64(tensors.count).littleEndianBytes + UInt64(metadata.count).littleEndianBytes
    for (key, value) in metadata { bytes += key.ggufBytes + value.type.littleEndianBytes + value.bytes }
    for tensor in tensors {
      bytes += tensor.name.ggufBytes + UInt32(tensor.dimensions.count).littleEndianBytes
      bytes += tensor.dimensions.flatMap(\.littleEndianBytes) + tensor.type.littleEndianBytes
      bytes += tensor.offset.littleEndianBytes
    }
    return bytes
  }
}
