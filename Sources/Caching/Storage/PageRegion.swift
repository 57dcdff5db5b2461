import Glibc
import Kernels

/// The memory of a cache pool: one mapping, cut into pages of 16 slots of one (layer, KV head).
///
/// A page's keys lie in the first half of the region, its values at the same place in the second (`KeyValueType` says how):
/// attention reads all keys, then all values, and memory is read at twice the speed in long runs of either than with both in turn.
/// Nothing is committed before it is written, so a large pool costs only what its sequences use.
@safe struct PageRegion: ~Copyable {
  /// Keys of page `p` begin `p * halfPageBytes` bytes after `keys`, its values as far after `values`.
  let keys: UnsafeMutableRawPointer
  let values: UnsafeMutableRawPointer
  /// Bytes of a page's keys, and of its values.
  let halfPageBytes: Int
  let pageCount: Int
  private let byteCount: Int
  private let headDimension: Int
  private let type: KeyValueType

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
    halfPageBytes = shape.halfPageBytes
    self.pageCount = pageCount
    headDimension = shape.headDimension
    type = shape.type
  }

  deinit {
    // Safety: mapped in init with this size, unmapped once here.
    unsafe munmap(keys, byteCount)
  }

  /// Gives the memory of these pages back to the system, but for what shares a page of the system's with others; their contents are lost.
  func uncommit(_ run: Range<UInt32>) {
    precondition(run.upperBound <= pageCount, "pages of this region")
    let systemPage = sysconf(Int32(_SC_PAGESIZE))
    let first = (Int(run.lowerBound) * halfPageBytes + systemPage - 1) / systemPage * systemPage
    let end = Int(run.upperBound) * halfPageBytes / systemPage * systemPage
    guard first < end else { return }
    // Safety: whole pages of the system's inside the halves of the region, which begin at such pages.
    _ = unsafe madvise(keys + first, end - first, MADV_DONTNEED)
    _ = unsafe madvise(values + first, end - first, MADV_DONTNEED)
  }

  /// Copies the key column and the value row of one slot, and their scales, over those of another.
  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    precondition(source.page < pageCount && target.page < pageCount, "a page of this region")
    let lanes = CacheShape.slotsPerPage
    precondition((0..<lanes).contains(source.lane) && (0..<lanes).contains(target.lane), "a lane of a page")
    switch type {
    case .f16: moveNumbers(UInt16.self, from: source, to: target)
    case .q8:
      moveNumbers(UInt8.self, from: source, to: target)
      moveScales(from: source, to: target)
    }
  }

  private func moveNumbers<Number: FixedWidthInteger>(
    _: Number.Type, from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)
  ) {
    let lanes = CacheShape.slotsPerPage
    // Safety: `moveSlot` checked that both pages lie in the region and both lanes in a page; each half of a page begins with
    // 16 * headDimension numbers.
    let (from, to) = (Int(source.page) * halfPageBytes, Int(target.page) * halfPageBytes)
    let fromKeys = unsafe (keys + from).assumingMemoryBound(to: Number.self)
    let toKeys = unsafe (keys + to).assumingMemoryBound(to: Number.self)
    for dimension in 0..<headDimension {
      unsafe toKeys[dimension * lanes + target.lane] = fromKeys[dimension * lanes + source.lane]
    }
    let fromValues = unsafe (values + from).assumingMemoryBound(to: Number.self)
    let toValues = unsafe (values + to).assumingMemoryBound(to: Number.self)
    unsafe (toValues + target.lane * headDimension)
      .update(from: fromValues + source.lane * headDimension, count: headDimension)
  }

  private func moveScales(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    // Safety: as in `moveNumbers`.
    unsafe scales(keys, target.page)[target.lane] = scales(keys, source.page)[source.lane]
    unsafe scales(values, target.page)[target.lane] = scales(values, source.page)[source.lane]
  }

  /// The 16 scales behind the bytes of a page's keys, or of its values.
  private func scales(_ half: UnsafeMutableRawPointer, _ page: UInt32) -> UnsafeMutablePointer<UInt16> {
    let start = Int(page) * halfPageBytes + CacheShape.slotsPerPage * headDimension
    return unsafe (half + start).assumingMemoryBound(to: UInt16.self)
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
}
