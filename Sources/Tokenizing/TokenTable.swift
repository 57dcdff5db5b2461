/// The bytes of every token, one after the other, and the way back from bytes to the token.
///
/// An open-addressing hash over the flat bytes: tokens may be parts of characters, so strings cannot be the
/// keys of a dictionary, and arrays would be an allocation for each token and lookup.
struct TokenTable {
  private var bytes: [UInt8] = []
  private var starts: [Int] = [0]
  /// Token numbers, -1 for free; a power of two, at most half of them taken.
  private var buckets: [Int32]

  init(capacity: Int) {
    var size = 16
    while size < capacity * 2 { size *= 2 }
    buckets = [Int32](repeating: -1, count: size)
  }

  var count: Int { starts.count - 1 }
  /// Bytes of the longest token.
  private(set) var longest = 0

  subscript(token: Int) -> ArraySlice<UInt8> { bytes[starts[token]..<starts[token + 1]] }

  /// Appends the next token.
  ///
  /// `isSearchable` is false for tokens that byte pairs must not merge into. Of equal ones the first is found.
  mutating func append<Failure: Error>(
    isSearchable: Bool, _ write: (inout [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    precondition(count < buckets.count / 2, "more tokens than the table was made for")
    let token = Int32(count)
    try write(&bytes)
    longest = max(longest, bytes.count - starts[Int(token)])
    starts.append(bytes.count)
    guard isSearchable else { return }
    let (bucket, found) = bucket(of: bytes.span.extracting(last: bytes.count - starts[Int(token)]))
    if found == nil { buckets[bucket] = token }
  }

  func token(_ key: Span<UInt8>) -> Int32? { bucket(of: key).found }

  private func bucket(of key: Span<UInt8>) -> (index: Int, found: Int32?) {
    var index = hash(key) & (buckets.count - 1)
    while buckets[index] >= 0 {
      if equals(Int(buckets[index]), key) { return (index, buckets[index]) }
      index = (index + 1) & (buckets.count - 1)
    }
    return (index, nil)
  }

  private func equals(_ token: Int, _ key: Span<UInt8>) -> Bool {
    let start = starts[token]
    guard starts[token + 1] - start == key.count else { return false }
    for index in key.indices where bytes[start + index] != key[index] { return false }
    return true
  }

  /// FNV-1a, with the high bits folded in.
  private func hash(_ key: Span<UInt8>) -> Int {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in key.indices { hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01B3 }
    return Int(truncatingIfNeeded: hash ^ (hash >> 32))
  }
}
