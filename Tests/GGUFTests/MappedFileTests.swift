import Foundation
import ModelFixtures
import Testing

@testable import GGUF

@Suite("mapped file") struct MappedFileTests {
  @Test("what is not a readable file is refused", arguments: ["/nonexistent/model.gguf", "/", "/dev/null"])
  func unreadable(path: String) {
    #expect(throws: GGUFError.self) { try MappedFile(path: path) }
  }

  @Test("an empty file is refused")
  func empty() throws {
    let temporary = try TemporaryFile([])
    #expect(throws: GGUFError.unreadable(path: temporary.path, reason: "it is empty")) {
      try MappedFile(path: temporary.path)
    }
  }

  @Test("numbers are read at every offset where they fit, and only there")
  func numbers() throws {
    let temporary = try TemporaryFile([1, 2, 3, 4, 5])
    let file = try MappedFile(path: temporary.path)
    #expect((0...1).map { file.number(at: $0, as: UInt32.self) } == [0x0403_0201, 0x0504_0302])
    for offset in [-1, 2, 5, 6, .max, .min] {
      #expect(file.number(at: offset, as: UInt32.self) == nil, "offset \(offset)")
    }
    #expect(file.number(at: 4, as: UInt8.self) == 5)
    #expect(file.number(at: 0, as: UInt64.self) == nil)
  }

  @Test("every range inside the file is lent as it is, the empty one at its end too")
  func ranges() throws {
    let bytes: [UInt8] = [9, 8, 7, 6]
    let temporary = try TemporaryFile(bytes)
    let file = try MappedFile(path: temporary.path)
    for start in 0...4 {
      for end in start...4 {
        let lent = file.withUTF8(start..<end) { span in span.indices.map { span[$0] } }
        #expect(lent == Array(bytes[start..<end]))
        #expect(file.withBytes(start..<end) { $0.byteCount } == end - start)
      }
    }
  }

  @Test("a range past the end is a programmer's error that stops the process")
  func outOfBounds() async {
    await #expect(processExitsWith: .failure) {
      let temporary = try? TemporaryFile([1, 2, 3])
      // Success here would be the test's failure, as it must be when there is nothing to overrun.
      guard let temporary, let file = try? MappedFile(path: temporary.path) else { exit(EXIT_SUCCESS) }
      // A process that is stopped cleans nothing up.
      try? FileManager.default.removeItem(atPath: temporary.path)
      _ = file.withBytes(1..<4) { $0.byteCount }
    }
  }

  @Test("dropped pages are read again from the file")
  func droppedPages() throws {
    let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let temporary = try TemporaryFile(bytes)
    let file = try MappedFile(path: temporary.path)
    for range in [100..<20_000, 0..<0, 1..<4095, 4096..<8192, 0..<20_000] { file.dropPages(range) }
    let again = file.withUTF8(0..<20_000) { span in span.indices.map { span[$0] } }
    #expect(again == bytes)
  }
}
