/// An array of strings that stay in the mapped file: 8 bytes of memory a string.
package struct StringArray: Sendable {
  private let file: MappedFile
  /// Where each string's 8-byte length starts, and the end of the last string.
  private let starts: [Int]

  init(file: MappedFile, starts: [Int]) {
    self.file = file
    self.starts = starts
  }

  package var count: Int { starts.count - 1 }

  package subscript(index: Int) -> String { file.string(range(index)) }

  /// Lends the UTF-8 bytes of one string without copying them.
  package func withUTF8<Result: ~Copyable, Failure: Error>(
    _ index: Int, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try file.withUTF8(range(index), body)
  }

  private func range(_ index: Int) -> Range<Int> { (starts[index] + 8)..<starts[index + 1] }
}
