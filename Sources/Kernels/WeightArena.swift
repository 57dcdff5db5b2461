/// Where packed weights lie: matrices one after another in large mapped chunks, so that small ones share huge pages too.
///
/// What a chunk has left when the next matrix does not fit was never written, and so takes no memory, but for a part of a huge page.
/// Lives as long as the matrices that were placed in it: each holds on to it.
@safe package final class WeightArena {
  private final class Chunk {
    let buffer: AlignedBuffer
    init(byteCount: Int) { buffer = AlignedBuffer(byteCount: byteCount) }
  }

  private static let chunkBytes = 1 << 30
  private var chunks: [Chunk] = []
  private var used = 0

  package init() {}

  /// Zeroed room for `byteCount` bytes, aligned to 64.
  func place(_ byteCount: Int) -> UnsafeMutablePointer<UInt8> {
    let aligned = (byteCount + 63) / 64 * 64
    if chunks.isEmpty || used + aligned > chunks[chunks.count - 1].buffer.byteCount {
      chunks.append(Chunk(byteCount: max(Self.chunkBytes, aligned)))
      used = 0
    }
    // Safety: the room lies inside the chunk, which is never given back before the arena is.
    let start = unsafe chunks[chunks.count - 1].buffer.pointer(UInt8.self) + used
    used += aligned
    return unsafe start
  }
}
