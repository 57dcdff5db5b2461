/// The line before a chunk's data: its size, and extensions that nothing here has a use for.
struct ChunkLine {
  let size: Int
  let extensionBytes: Int

  /// Parses strictly: 1 to 15 hexadecimal digits, then nothing or `;` (RFC 9112 section 7.1).
  init(_ line: ArraySlice<UInt8>) throws(HTTPError) {
    let digits = line.prefix { $0 != UInt8(ascii: ";") }
    guard (1...15).contains(digits.count), line.allSatisfy(\.isFieldValueCharacter) else {
      throw .malformed("a chunk must begin with 1 to 15 hexadecimal digits")
    }
    var size = 0
    for digit in digits {
      guard let value = digit.hexValue else {
        throw .malformed("a chunk size must be hexadecimal digits only, without sign, prefix or blank")
      }
      size = size << 4 | value
    }
    self.size = size
    extensionBytes = line.count - digits.count
  }
}
