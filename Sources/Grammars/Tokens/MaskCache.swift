/// The masks that were used of late, by their configurations.
///
/// Two halves: what is used is moved to the new one, and when that is full the old one goes.
struct MaskCache {
  private var new: [Int32: TokenMask] = [:]
  private var old: [Int32: TokenMask] = [:]
  private var newBytes = 0
  private let halfBytes: Int

  /// Keeps about `limit` bytes.
  init(limit: Int) { halfBytes = limit / 2 }

  subscript(configuration: Int32) -> TokenMask? {
    mutating get {
      if let mask = new[configuration] { return mask }
      guard let mask = old[configuration] else { return nil }
      insert(mask, for: configuration)
      return mask
    }
  }

  mutating func insert(_ mask: TokenMask, for configuration: Int32) {
    if newBytes + mask.byteCount > halfBytes {
      old = new
      new = [:]
      newBytes = 0
    }
    new[configuration] = mask
    newBytes += mask.byteCount
  }
}
