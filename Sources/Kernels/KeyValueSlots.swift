/// The slots of one (sequence, layer, KV head) as the kernels see them: where keys and values lie, what is new, what is counted.
///
/// A page holds 16 slots: keys transposed as f16 `[headDimension][16]`, then values as f16 `[16][headDimension]`.
/// Slots `0 ..< slotCount` are all live. The caching layer owns the memory; the pointers are good until its next `append`.
@safe package struct KeyValueSlots {
  /// Start of the pool; page `p` begins `p * pageBytes` bytes further.
  package let pool: UnsafeMutableRawPointer
  /// Page number of slots `16 i ..< 16 i + 16`, for every started page.
  package let pages: UnsafePointer<UInt32>
  package let pageBytes: Int
  /// Live slots, those of the tokens being fed included.
  package let slotCount: Int
  /// Slot of each token being fed, in token order and ascending; a token must not see the slots of later ones.
  package let newSlots: UnsafePointer<Int32>
  package let newCount: Int
  /// Columns indexed by slot, to which attention adds (`sums`, `squares`) or which it sets (`last`); nil where the policy keeps none or
  /// this chunk is not counted.
  package let sums: UnsafeMutablePointer<Float>?
  package let squares: UnsafeMutablePointer<Float>?
  package let last: UnsafeMutablePointer<Float>?

  package init(
    pool: UnsafeMutableRawPointer, pages: UnsafePointer<UInt32>, pageBytes: Int, slotCount: Int,
    newSlots: UnsafePointer<Int32>, newCount: Int, sums: UnsafeMutablePointer<Float>?,
    squares: UnsafeMutablePointer<Float>?, last: UnsafeMutablePointer<Float>?
  ) {
    // Safety: only stores the pointers; the type's contract says how long they live.
    unsafe self.pool = pool
    unsafe self.pages = pages
    self.pageBytes = pageBytes
    self.slotCount = slotCount
    unsafe self.newSlots = newSlots
    self.newCount = newCount
    unsafe self.sums = sums
    unsafe self.squares = squares
    unsafe self.last = last
  }
}
