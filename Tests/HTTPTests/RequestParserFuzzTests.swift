import Foundation
import Testing
import WireFixtures

@testable import HTTP

@Suite("Request parser under mutated input")
struct RequestParserFuzzTests {
  private static let iterations =
    ProcessInfo.processInfo.environment["KVOTA_FUZZ_ITERATIONS"].flatMap(Int.init) ?? 40_000
  private static let seeds = RawRequest.all.map(\.bytes).filter { $0.count < 400 && !$0.isEmpty }

  @Test("nothing crashes, holds bytes without bound or depends on the split", arguments: 0..<4)
  func survives(part: Int) {
    var generator = SplitMix64(seed: UInt64(part))
    let limits = smallLimits
    for _ in 0..<(Self.iterations / 4) {
      let input = mutated(&generator)
      let whole = Transcript(whole: input, limits: limits)
      let split = Transcript(pieces(of: input, &generator), limits: limits)
      #expect(whole == split, "input: \(input)")
      #expect(split.heldBytes <= 130, "input: \(input)")
    }
  }

  /// Small enough that mutations reach every limit.
  private var smallLimits: HTTPLimits {
    var limits = HTTPLimits()
    limits.requestLineBytes = 64
    limits.headerFieldBytes = 64
    limits.headerSectionBytes = 128
    limits.headerFieldCount = 6
    limits.bodyBytes = 40
    limits.chunkLineBytes = 16
    return limits
  }

  private func mutated(_ generator: inout SplitMix64) -> [UInt8] {
    var bytes = Self.seeds.randomElement(using: &generator) ?? []
    let special = Array("\r\n :;0123456789abcfx,\t\0\u{7F}HTTP/1.".utf8) + [0x80, 0xFF]
    for _ in 0..<Int.random(in: 0...6, using: &generator) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.insert(special.randomElement(using: &generator) ?? 0, at: index)
      case 2: bytes.remove(at: index)
      case 3: bytes += Self.seeds.randomElement(using: &generator) ?? []
      default: bytes.insert(contentsOf: bytes[index...].prefix(20), at: index)
      }
    }
    return bytes
  }

  private func pieces(of bytes: [UInt8], _ generator: inout SplitMix64) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...20, using: &generator))
      pieces.append(piece)
      rest = rest.dropFirst(piece.count)
    }
    return pieces
  }
}

@Suite("Receive buffer")
struct ReceiveBufferTests {
  @Test("bytes come out as they went in, whatever is appended in between")
  func keepsOrder() throws {
    var buffer = ReceiveBuffer()
    var taken: [UInt8] = []
    for number in 0..<200 {
      buffer.append(Array("line \(number)\r\nrest".utf8))
      if let line = try buffer.takeLine(limit: 100) { taken += line }
      taken += buffer.take(atMost: 3)
    }
    while !buffer.isEmpty { taken += buffer.take(atMost: 7) }
    let expected = (0..<200).map { "line \($0)rest" }.joined()
    #expect(taken.filter { $0 != 13 && $0 != 10 } == Array(expected.utf8))
  }

  @Test("a line that came byte by byte is searched once")
  func searchesOnce() throws {
    let clock = ContinuousClock()
    var buffer = ReceiveBuffer()
    let time = try clock.measure {
      for _ in 0..<1_000_000 {
        buffer.append([UInt8(ascii: "a")])
        _ = try buffer.takeLine(limit: 2_000_000)
      }
    }
    // Searching from the start each time would take 5 * 10^11 steps: minutes at best.
    #expect(time < .seconds(20))
  }
}
