import CKernels

/// A matrix of floats `[capacity, width]`, one row a token, reused from step to step.
@safe package struct FloatRows: ~Copyable {
  package let capacity: Int
  package let width: Int
  private let buffer: AlignedBuffer

  package init(capacity: Int, width: Int) {
    self.capacity = capacity
    self.width = width
    buffer = AlignedBuffer(byteCount: capacity * width * MemoryLayout<Float>.size)
  }

  /// The first float of row `row`.
  func pointer(_ row: Int = 0) -> UnsafeMutablePointer<Float> {
    // Safety: rows are checked here, at the edge; kernels then stay within a row's width.
    precondition(row >= 0 && row <= capacity, "row \(row) of \(capacity)")
    return unsafe buffer.pointer(Float.self) + row * width
  }

  /// Lets `body` read and write the first `count` floats of one row; all `[width]` by default.
  package func withRow<Result, Failure: Error>(
    _ row: Int, count: Int? = nil, _ body: (inout MutableSpan<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = count ?? width
    precondition(row >= 0 && row < capacity && count <= width, "row \(row) of \(capacity)")
    // Safety: the row lies in the buffer, which outlives the call.
    var span = unsafe MutableSpan(_unsafeStart: pointer(row), count: count)
    return try body(&span)
  }

  /// Copies one row of `other`, which must have the same width.
  package func copyRow(_ row: Int, from other: borrowing FloatRows, row source: Int) {
    precondition(width == other.width && row < capacity && source < other.capacity, "shapes do not fit")
    // Safety: both rows are inside their buffers, as checked.
    unsafe pointer(row).update(from: other.pointer(source), count: width)
  }
}

/// Inputs of a matrix product, `[capacity, width]`: floats, and the same quantized in blocks of 32 where matrices want that.
///
/// Quantized values lie by tiles of 8 tokens, `[tile][block][token][32]` with their scales, so that a kernel needs one pointer.
@safe package struct Activations: ~Copyable {
  package let floats: FloatRows
  private let tiles: AlignedBuffer
  let isQuantized: Bool

  /// `width` must be a multiple of 32 if `quantized`.
  package init(capacity: Int, width: Int, quantized: Bool) {
    floats = FloatRows(capacity: capacity, width: width)
    isQuantized = quantized
    let tileCount = (capacity + KVOTA_TILE - 1) / KVOTA_TILE
    let tileBytes = width / 32 * KVOTA_ACTIVATION_BLOCK
    tiles = AlignedBuffer(byteCount: quantized ? tileCount * tileBytes : 0)
  }

  var tileBase: UnsafeMutablePointer<UInt8> { unsafe tiles.pointer(UInt8.self) }
}
