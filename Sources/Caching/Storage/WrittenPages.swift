/// The pages of a region for which the system may have committed memory: all that were handed out and not given back to it since.
struct WrittenPages {
  private var words: [UInt64]
  private(set) var count = 0

  init(pageCount: Int) { words = Array(repeating: 0, count: (pageCount + 63) / 64) }

  mutating func insert(_ run: Range<UInt32>) { set(run, to: true) }
  mutating func remove(_ run: Range<UInt32>) { set(run, to: false) }

  private mutating func set(_ run: Range<UInt32>, to isWritten: Bool) {
    for page in run {
      let (word, bit) = (Int(page / 64), UInt64(1) << UInt64(page % 64))
      guard (words[word] & bit != 0) != isWritten else { continue }
      words[word] ^= bit
      count += isWritten ? 1 : -1
    }
  }
}
