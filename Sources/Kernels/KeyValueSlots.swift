/// The slots of one (sequence, layer, KV head) as the kernels see them: where keys and values lie, what is new, what is counted.
///
/// A page is 16 slots: keys transposed as f16 `[headDimension][16]` in one place, values as f16 `[16][headDimension]` in another.
/// Slots `0 ..< slotCount` are all live. The caching layer owns the memory; the pointers are good until its next `append`.
@safe package struct KeyValueSlots {
  /// Keys of page `p` begin `p * halfPageBytes` bytes after `keys`, its values as far after `values`.
  package let keys: UnsafeMutableRawPointer
  package let values: UnsafeMutableRawPointer
  /// Page number of slots `16 i ..< 16 i + 16`, for every started page.
  package let pages: UnsafePointer<UInt32>
  /// Bytes of a page's keys, and of its values.
  package let halfPageBytes: Int
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
    keys: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer, pages: UnsafePointer<UInt32>,
    halfPageBytes: Int,
    slotCount: Int, newSlots: UnsafePointer<Int32>, newCount: Int, sums: UnsafeMutablePointer<Float>?,
    squares: UnsafeMutablePointer<Float>?, last: UnsafeMutablePointer<Float>?
  ) {
    // Safety: only stores the pointers; the type's contract says how long they live.
    unsafe self.keys = keys
    unsafe self.values = values
    unsafe self.pages = pages
    self.halfPageBytes = halfPageBytes
    self.slotCount = slotCount
    unsafe self.newSlots = newSlots
    self.newCount = newCount
    unsafe self.sums = sums
    unsafe self.squares = squares
    unsafe self.last = last
  }
}
