import CKernels

/// A copy of one KV head's keys that are turned to their slots' positions, for attention to read instead.
///
/// It lies in the step's scratch: page numbers, which are the pages' own order, then pages of half-precision keys, whatever the
/// cache's type: rounding them to bytes once more would cost time and accuracy.
@safe struct TurnedKeys {
  private let numbers: UnsafeMutablePointer<UInt32>
  private let pages: UnsafeMutablePointer<UInt16>

  /// The copy of so many keys that begins at `start`, where there must be room for `floatCount`.
  init(at start: UnsafeMutablePointer<Float>, slots: Int) {
    let raw = UnsafeMutableRawPointer(start)
    // Safety: nobody reads this part of the scratch as floats.
    unsafe numbers = raw.assumingMemoryBound(to: UInt32.self)
    unsafe pages = (raw + Self.numberBytes(slots)).assumingMemoryBound(to: UInt16.self)
  }

  /// Floats that a copy takes up.
  static func floatCount(slots: Int, headDimension: Int) -> Int {
    let pageBytes = KeyValueType.f16.halfPageBytes(headDimension: headDimension)
    return (numberBytes(slots) + pageCount(slots) * pageBytes) / MemoryLayout<Float>.size
  }

  private static func pageCount(_ slots: Int) -> Int { (slots + 15) / 16 }
  /// Rounded up to a cache line, so that pages begin on one.
  private static func numberBytes(_ slots: Int) -> Int {
    (pageCount(slots) * MemoryLayout<UInt32>.size + 63) / 64 * 64
  }

  /// The slots with keys from here, and values from where they were.
  func replacingKeys(of slots: kvota_slots) -> kvota_slots {
    var slots = unsafe slots
    unsafe slots.key_pages = UnsafePointer(numbers)
    unsafe slots.key_type = KVOTA_KV_F16
    unsafe slots.keys = UnsafeMutableRawPointer(pages).assumingMemoryBound(to: UInt8.self)
    return unsafe slots
  }

  /// Makes the copy of some slots' keys, of which the first begins a page; different pages may be made at once.
  func make(
    _ range: Range<Int>, of slots: UnsafePointer<kvota_slots>, positions: UnsafePointer<Int32>,
    by step: AttentionStep
  ) {
    // Safety: `AttentionStep.turnKeys` gives a range of the slots that this is for.
    for page in range.lowerBound / 16..<Self.pageCount(range.upperBound) {
      unsafe numbers[page] = UInt32(page)
    }
    unsafe step.table.pointee.turn_keys(
      slots, Int32(range.lowerBound), Int32(range.upperBound), positions, step.rotations, Int32(step.rotated),
      step.pairsHalves ? 1 : 0, pages)
  }
}
