import Foundation
import GGUF
import ModelFixtures
import Models
import Testing

@Suite struct LoadingTests {
  /// Bytes of memory that this process has mapped of the file at `path`.
  private func residentBytes(of path: String) throws -> Int {
    var isMapping = false
    var kibibytes = 0
    // Not by `Data(contentsOf:)`, which takes a file of unknown size for one of a page.
    let smaps = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/smaps")).readToEnd()
    for line in String(decoding: smaps ?? Data(), as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0].contains("-") { isMapping = line.hasSuffix(path) }
      if isMapping, words[0] == "Rss:" { kibibytes += Int(words[1]) ?? 0 }
    }
    return kibibytes << 10
  }

  @Test(
    "a loaded model holds no page of its file but those of embeddings it looked up", arguments: [true, false])
  func givesPagesBack(isTied: Bool) throws {
    var tiny = TinyLlama(.f32)
    (tiny.vocabulary, tiny.isTied) = (20_000, isTied)
    let opened = try OpenedModel(tiny.make().file)
    let loaded = try LoadedModel(opened.file)
    // The header, which was read first, and whatever the system maps around it.
    #expect(try residentBytes(of: opened.path) < 1 << 20)
    _ = try loaded.logits([[1]])
    #expect(try residentBytes(of: opened.path) < 2 << 20)
    // So would all that is read count.
    let fileBytes = opened.file.file.byteCount
    let sum = opened.file.file.withUTF8(0..<fileBytes) { bytes in
      stride(from: 0, to: fileBytes, by: 4096).reduce(0) { $0 + Int(bytes[$1]) }
    }
    #expect(try sum > 0 && residentBytes(of: opened.path) > 7 << 20)
  }
}
