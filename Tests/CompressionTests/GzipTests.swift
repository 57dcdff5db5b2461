import Foundation
import Testing

@testable import Compression

@Suite("gzip")
struct GzipTests {
  private static let texts: [[UInt8]] = [
    [], [0], Array("hello hello hello".utf8), [UInt8](repeating: 97, count: 1 << 20),
    (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
  ]

  @Test("what was compressed comes back", arguments: texts)
  func returns(text: [UInt8]) throws {
    #expect(try Gzip.decompress(Gzip.compress(text), limit: text.count) == text)
  }

  @Test("the gzip program reads what we compress, and we what it compresses", arguments: texts)
  func agreesWithTheProgram(text: [UInt8]) throws {
    #expect(try gzip(["-d"], Gzip.compress(text)) == text)
    #expect(try Gzip.decompress(gzip(["-9"], text), limit: text.count) == text)
  }

  @Test(
    "as many bytes as the limit are allowed, not one more", arguments: [1, 65_535, 65_536, 65_537, 200_000])
  func holdsTheLimit(bytes: Int) throws {
    let packed = Gzip.compress([UInt8](repeating: 97, count: bytes))
    #expect(try Gzip.decompress(packed, limit: bytes).count == bytes)
    #expect(throws: GzipError.tooLarge(limit: bytes - 1)) { try Gzip.decompress(packed, limit: bytes - 1) }
  }

  @Test("a bomb is stopped at the limit")
  func stopsBomb() {
    // 64 MiB of zeros are 64 KiB; what is read of them is the limit and a byte.
    let bomb = Gzip.compress([UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < 100_000)
    #expect(throws: GzipError.tooLarge(limit: 1 << 16)) { try Gzip.decompress(bomb, limit: 1 << 16) }
  }

  @Test("every truncation is noticed")
  func noticesTruncation() {
    let packed = Gzip.compress(Array("some text, some more text".utf8))
    for count in 0..<packed.count {
      #expect(throws: GzipError.truncated) { try Gzip.decompress(Array(packed.prefix(count)), limit: 100) }
    }
  }

  @Test("a changed bit anywhere in data, checksum and length is noticed, unless it means nothing")
  func noticesDamage() {
    let text = Array("some text, some more text".utf8)
    let packed = Gzip.compress(text)
    var noticed = 0
    // The ten bytes of the header hold a time and a system, which are not checked.
    let bits = (10 * 8)..<(packed.count * 8)
    for bit in bits {
      var damaged = packed
      damaged[bit / 8] ^= 1 << (bit % 8)
      do {
        // Behind the last block there may be bits up to the end of its byte.
        #expect(try Gzip.decompress(damaged, limit: 100) == text)
      } catch {
        noticed += 1
      }
    }
    #expect(noticed > bits.count - 8)
  }

  @Test(
    "garbage and other formats are refused",
    arguments: [Array("{}".utf8), [0x78, 0x9C, 3, 0, 0, 0, 0, 1], [0x1F, 0x8B, 9, 0, 0, 0, 0, 0, 0, 0]])
  func refusesOtherFormats(bytes: [UInt8]) {
    #expect(throws: GzipError.corrupt) { try Gzip.decompress(bytes, limit: 100) }
  }

  @Test("what stands behind the end is refused, another member too")
  func refusesTrailingBytes() {
    let packed = Gzip.compress(Array("a".utf8))
    #expect(throws: GzipError.trailingBytes) { try Gzip.decompress(packed + [0], limit: 100) }
    #expect(throws: GzipError.trailingBytes) { try Gzip.decompress(packed + packed, limit: 100) }
  }

  /// What the gzip program of the system makes of bytes.
  private func gzip(_ arguments: [String], _ bytes: [UInt8]) throws -> [UInt8] {
    let input = FileManager.default.temporaryDirectory.appending(path: "kvota-gzip-\(UUID().uuidString)")
    try Data(bytes).write(to: input)
    defer { try? FileManager.default.removeItem(at: input) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["gzip", "-c"] + arguments
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = output
    try process.run()
    let result = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return [UInt8](result)
  }
}
