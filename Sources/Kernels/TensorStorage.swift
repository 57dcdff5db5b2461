import CKernels

/// A tensor type of a model file that the kernels can read: its block sizes, and how it is dequantized and packed.
@safe package struct TensorStorage: Sendable, Equatable {
  // Safety: points into a constant table.
  nonisolated(unsafe) let type: UnsafePointer<kvota_type>

  /// The storage with this number in GGUF, or nil where there are no kernels for it.
  package init?(id: UInt32) {
    guard let type = unsafe kvota_type_of(id) else { return nil }
    unsafe self.type = type
  }

  private init(index: Int32) {
    unsafe type = kvota_type_at(index)
  }

  /// All types there are kernels for.
  package static var all: [TensorStorage] { (0..<kvota_type_count()).map { TensorStorage(index: $0) } }

  package var id: UInt32 { unsafe type.pointee.id }
  package var name: String { unsafe String(cString: type.pointee.name) }
  /// Values in one block.
  package var blockValues: Int { unsafe Int(type.pointee.block_values) }
  /// Bytes of one block.
  package var blockBytes: Int { unsafe Int(type.pointee.block_bytes) }
  /// Whether products with it need quantized activations.
  package var isQuantized: Bool { format != KVOTA_F32 && format != KVOTA_F16 && format != KVOTA_BF16 }
  var format: kvota_format { unsafe type.pointee.format }

  /// Bytes of a row of `count` values; nil when the row is no whole number of blocks.
  package func rowBytes(_ count: Int) -> Int? {
    count % blockValues == 0 ? count / blockValues * blockBytes : nil
  }

  /// Reads `out.count` values from the start of `bytes`.
  ///
  /// `bytes` must hold at least `rowBytes(out.count)` bytes.
  package func dequantize(_ bytes: RawSpan, into out: inout MutableSpan<Float>) {
    guard let needed = rowBytes(out.count), bytes.byteCount >= needed else {
      preconditionFailure("\(bytes.byteCount) bytes of \(name) are no \(out.count) values")
    }
    let count = Int32(out.count)
    // Safety: both sizes were checked just above; the kernel reads and writes no more.
    unsafe bytes.withUnsafeBytes { source in
      unsafe out.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        unsafe type.pointee.dequantize(from.assumingMemoryBound(to: UInt8.self), to, count)
      }
    }
  }

  package static func == (a: TensorStorage, b: TensorStorage) -> Bool { a.id == b.id }
}
