import Glibc

/// The memory of a cache pool: one mapping, cut into pages of 16 slots of one (layer, KV head).
///
/// A page's keys, transposed as f16 `[headDimension][16]`, lie in the first half of the region, its values, f16
/// `[16][headDimension]`, at the same place in the second: attention reads all keys, then all values, and memory is read at
/// twice the speed in long runs of either than with both in turn. Nothing is committed before it is written, so a
/// large pool costs only what its sequences use.
@safe struct PageRegion: ~Copyable {
  /// Keys of page `p` begin `p * halfPageBytes` bytes after `keys`, its values as far after `values`.
  let keys: UnsafeMutableRawPointer
  let values: UnsafeMutableRawPointer
  /// Bytes of a page's keys, and of its values.
  let halfPageBytes: Int
  let pageCount: Int
  private let byteCount: Int
  private let headDimension: Int

  private static let hugePage = 2 << 20

  /// Maps room for `pageCount` pages; nil if the system refuses.
  init?(pageCount: Int, shape: CacheShape) {
    let (pagesBytes, overflow) = pageCount.multipliedReportingOverflow(by: shape.pageBytes)
    guard !overflow, pageCount > 0 else { return nil }
    // Values begin at a huge page of their own.
    let half = (pagesBytes / 2 + Self.hugePage - 1) / Self.hugePage * Self.hugePage
    let bytes = 2 * half
    // Safety: an anonymous private mapping of `bytes` bytes at an address of the system's choice; failure is MAP_FAILED.
    let mapped = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    // Safety: advice on the mapping just made; refused advice changes nothing.
    _ = unsafe madvise(mapped, bytes, Int32(MADV_HUGEPAGE))
    unsafe keys = mapped
    unsafe values = mapped + half
    byteCount = bytes
    halfPageBytes = shape.pageBytes / 2
    self.pageCount = pageCount
    headDimension = shape.headDimension
  }

  deinit {
    // Safety: mapped in init with this size, unmapped once here.
    unsafe munmap(keys, byteCount)
  }

  /// Copies the key column and the value row of one slot over those of another.
  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    precondition(source.page < pageCount && target.page < pageCount, "a page of this region")
    let lanes = CacheShape.slotsPerPage
    precondition((0..<lanes).contains(source.lane) && (0..<lanes).contains(target.lane), "a lane of a page")
    // Safety: both pages lie in the region and both lanes in a page (checked above); each half of a page holds
    // 16 * headDimension 16-bit numbers.
    let (from, to) = (Int(source.page) * halfPageBytes, Int(target.page) * halfPageBytes)
    let (fromKeys, toKeys) = unsafe (numbers(keys + from), numbers(keys + to))
    for dimension in 0..<headDimension {
      unsafe toKeys[dimension * lanes + target.lane] = fromKeys[dimension * lanes + source.lane]
    }
    let fromRow = unsafe numbers(values + from) + source.lane * headDimension
    unsafe (numbers(values + to) + target.lane * headDimension).update(from: fromRow, count: headDimension)
  }

  /// Copies all keys and values of one page over those of another.
  func copyPage(from source: UInt32, to target: UInt32) {
    precondition(source < pageCount && target < pageCount, "pages of this region")
    let (from, to) = (Int(source) * halfPageBytes, Int(target) * halfPageBytes)
    // Safety: both pages lie in the region, and two pages never overlap.
    unsafe (keys + to).copyMemory(from: keys + from, byteCount: halfPageBytes)
    unsafe (values + to).copyMemory(from: values + from, byteCount: halfPageBytes)
  }

  /// Copies a page's keys, then its values, to `target`, which has room for both.
  func read(_ page: UInt32, into target: UnsafeMutableRawPointer) {
    precondition(page < pageCount, "a page of this region")
    let offset = Int(page) * halfPageBytes
    // Safety: the page lies in the region; the caller vouches for the target.
    unsafe target.copyMemory(from: keys + offset, byteCount: halfPageBytes)
    unsafe (target + halfPageBytes).copyMemory(from: values + offset, byteCount: halfPageBytes)
  }

  /// Copies what `read` gave to a page.
  func write(_ page: UInt32, from source: UnsafeRawPointer) {
    precondition(page < pageCount, "a page of this region")
    let offset = Int(page) * halfPageBytes
    // Safety: as in `read`.
    unsafe (keys + offset).copyMemory(from: source, byteCount: halfPageBytes)
    unsafe (values + offset).copyMemory(from: source + halfPageBytes, byteCount: halfPageBytes)
  }

  private func numbers(_ address: UnsafeMutableRawPointer) -> UnsafeMutablePointer<UInt16> {
    unsafe address.assumingMemoryBound(to: UInt16.self)
  }
}
