/// A cursor over a mapped file that checks every size before it uses it.
///
/// Nothing is allocated on the word of a count: a count is first held against the bytes that are left.
struct GGUFReader {
  let file: MappedFile
  private(set) var offset = 0

  init(file: MappedFile) { self.file = file }

  var remaining: Int { file.byteCount - offset }

  /// Reads a little-endian number.
  mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, _ what: String
  ) throws(GGUFError) -> Number {
    guard let value = file.number(at: offset, as: type) else {
      throw malformed(
        "the file ends inside \(what)", "\(MemoryLayout<Number>.size) bytes, \(remaining) are left")
    }
    offset += MemoryLayout<Number>.size
    return value
  }

  /// Reads a count of elements that take at least `minimumBytes` each.
  mutating func count(_ what: String, minimumBytes: Int) throws(GGUFError) -> Int {
    let start = offset
    let count = try number(UInt64.self, what)
    let limit = remaining / minimumBytes
    guard let count = Int(exactly: count), count <= limit else {
      throw .malformed(
        offset: start, found: "\(what) is \(count)",
        expected: "at most \(limit), which is what the rest can hold")
    }
    return count
  }

  /// Steps over `byteCount` bytes and returns where they are.
  mutating func skip(_ byteCount: Int, _ what: String) throws(GGUFError) -> Range<Int> {
    guard byteCount >= 0, byteCount <= remaining else {
      throw malformed("\(what) takes \(byteCount) bytes", "at most the \(remaining) bytes that are left")
    }
    defer { offset += byteCount }
    return offset..<(offset + byteCount)
  }

  /// Reads a string's length and returns where its bytes are, checked to be UTF-8.
  mutating func stringRange(_ what: String) throws(GGUFError) -> Range<Int> {
    let length = try count(what, minimumBytes: 1)
    let start = offset
    let range = try skip(length, what)
    let isValid = file.withUTF8(range) { bytes in (try? UTF8Span(validating: bytes)) != nil }
    guard isValid else {
      throw .malformed(offset: start, found: "\(what) is not UTF-8", expected: "valid UTF-8")
    }
    return range
  }

  /// Reads a name: a string that must not be empty.
  mutating func name(_ what: String) throws(GGUFError) -> String {
    let start = offset
    let range = try stringRange(what)
    guard !range.isEmpty else {
      throw .malformed(offset: start, found: "\(what) is empty", expected: "a name")
    }
    return file.string(range)
  }

  func malformed(_ found: String, _ expected: String) -> GGUFError {
    .malformed(offset: offset, found: found, expected: expected)
  }
}
