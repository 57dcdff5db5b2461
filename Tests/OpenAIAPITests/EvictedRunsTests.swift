import Foundation
import Testing

@testable import OpenAIAPI

@Suite struct EvictedRunsTests {
  /// The documented form, read anew.
  private func decode(_ text: String, heads: Int) throws -> [[Range<Int>]] {
    var bytes = try Array(#require(Data(base64Encoded: text)))[...]
    func number() throws -> Int {
      var (value, shift) = (0, 0)
      while true {
        guard let byte = bytes.popFirst() else { throw CocoaError(.coderReadCorrupt) }
        value |= Int(byte & 0x7f) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
    }
    let runs = try (0..<heads).map { _ in
      var end = 0
      return try (0..<number()).map { _ in
        let start = try end + number()
        end = try start + number()
        return start..<end
      }
    }
    #expect(bytes.isEmpty)
    return runs
  }

  @Test("runs come back as they were, however large their numbers")
  func roundTrip() throws {
    var random = SeededGenerator(state: 3)
    for _ in 0..<200 {
      let heads = (0..<Int.random(in: 1...90, using: &random)).map { _ in
        var end = 0
        return (0..<Int.random(in: 0...5, using: &random)).map { index in
          let start = end + (index == 0 ? 0 : 1) + Int.random(in: 0...(1 << 20), using: &random)
          end = start + Int.random(in: 1...300, using: &random)
          return start..<end
        }
      }
      guard heads.contains(where: { !$0.isEmpty }) else { continue }
      #expect(try decode(EvictedRuns.encode(heads), heads: heads.count) == heads)
    }
  }

  @Test("the bytes are as documented; nothing evicted is an empty text")
  func bytes() {
    // One run: 300 positions before it (172, 2), 2 long; a head without.
    #expect(EvictedRuns.encode([[300..<302], []]) == Data([1, 172, 2, 2, 0]).base64EncodedString())
    #expect(EvictedRuns.encode([[], []]) == "")
  }

  @Test("a chunk's evictions of 90 heads stay small")
  func size() {
    var random = SeededGenerator(state: 1)
    let heads = (0..<90).map { _ in
      Set((0..<32).map { _ in Int.random(in: 0..<544, using: &random) }).sorted().map { $0..<$0 + 1 }
    }
    #expect(EvictedRuns.encode(heads).utf8.count < 10_000)
  }
}
