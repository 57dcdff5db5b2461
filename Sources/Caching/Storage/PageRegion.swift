import Glibc

/// The memory of a cache pool: one mapping, cut into pages of 16 slots of one (layer, KV head).
///
/// A page holds keys transposed as f16 `[headDimension][16]`, then values as f16 `[16][headDimension]`. Nothing is committed
/// before it is written, so a large pool costs only what its sequences use.
@safe struct PageRegion: ~Copyable {
  let base: UnsafeMutableRawPointer
  let pageBytes: Int
  let pageCount: Int
  private let byteCount: Int
  private let headDimension: Int

  /// Maps room for `pageCount` pages; nil if the system refuses.
  init?(pageCount: Int, shape: CacheShape) {
    let (bytes, overflow) = pageCount.multipliedReportingOverflow(by: shape.pageBytes)
    guard !overflow, pageCount > 0 else { return nil }
    // Safety: an anonymous private mapping of `bytes` bytes at an address of the system's choice; failure is MAP_FAILED.
    let mapped = unsafe mmap(
      nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { return nil }
    // Safety: advice on the mapping just made; refused advice changes nothing.
    _ = unsafe madvise(mapped, bytes, Int32(MADV_HUGEPAGE))
    unsafe base = mapped
    byteCount = bytes
    pageBytes = shape.pageBytes
    self.pageCount = pageCount
    headDimension = shape.headDimension
  }

  deinit {
    // Safety: mapped in init with this size, unmapped once here.
    unsafe munmap(base, byteCount)
  }

  /// Copies the key column and the value row of one slot over those of another.
  func moveSlot(from source: (page: UInt32, lane: Int), to target: (page: UInt32, lane: Int)) {
    precondition(source.page < pageCount && target.page < pageCount, "a page of this region")
    let lanes = CacheShape.slotsPerPage
    precondition((0..<lanes).contains(source.lane) && (0..<lanes).contains(target.lane), "a lane of a page")
    // Safety: both pages lie in the region and both lanes in a page (checked above); a page holds 2 * 16 * headDimension
    // 16-bit numbers, keys first.
    let from = unsafe (base + Int(source.page) * pageBytes).assumingMemoryBound(to: UInt16.self)
    let to = unsafe (base + Int(target.page) * pageBytes).assumingMemoryBound(to: UInt16.self)
    for dimension in 0..<headDimension {
      unsafe to[dimension * lanes + target.lane] = from[dimension * lanes + source.lane]
    }
    let values = lanes * headDimension
    for dimension in 0..<headDimension {
      unsafe to[values + target.lane * headDimension + dimension] =
        from[values + source.lane * headDimension + dimension]
    }
  }
}
