import ModelFixtures
import Testing

@testable import Serving

@Suite struct StopStringsTests {
  /// The definition: cut before the stop text that is complete first, of those the longest.
  static func expected(_ text: String, _ stops: [String]) -> (text: String, isStopped: Bool) {
    let bytes = Array(text.utf8)
    for end in 0...bytes.count {
      let found = stops.map { Array($0.utf8) }.filter { bytes[..<end].suffix($0.count).elementsEqual($0) }
      guard let longest = found.map(\.count).max() else { continue }
      return (String(decoding: bytes[..<(end - longest)], as: UTF8.self), true)
    }
    return (text, false)
  }

  @Test("however a text is split, the same comes out, and no piece holds part of a stop text")
  func splitsMakeNoDifference() {
    var generator = SplitMix64(state: 1)
    for _ in 0..<2000 {
      let word = { (length: Int) in
        String((0..<length).map { _ in "abé".randomElement(using: &generator) ?? "a" })
      }
      let stops = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        word(Int.random(in: 1...4, using: &generator))
      }
      let text = word(Int.random(in: 0...30, using: &generator))
      let expected = Self.expected(text, stops)
      var stream = StopStrings(stops)
      var rest = text[...]
      var output = ""
      while !rest.isEmpty {
        let piece = rest.prefix(Int.random(in: 1...5, using: &generator))
        output += stream.push(String(piece))
        #expect(expected.text.hasPrefix(output), "\(stops) in \(text)")
        rest = rest.dropFirst(piece.count)
      }
      output += stream.finish()
      #expect(output == expected.text, "\(stops) in \(text)")
      #expect(stream.isStopped == expected.isStopped)
    }
  }

  @Test("what may begin a stop text waits for the next piece")
  func holdsBack() {
    var stream = StopStrings(["END"])
    #expect(stream.push("an EN") == "an ")
    #expect(stream.push("EMY") == "ENEMY")
    #expect(stream.push(" E") == " ")
    #expect(stream.push("ND and more") == "")
    #expect(stream.isStopped)
    #expect(stream.push("more") == "")
    #expect(stream.finish() == "")
  }

  @Test("a text that ends inside a stop text is given out whole")
  func givesOutTheRest() {
    var stream = StopStrings(["\n\n", "END"])
    #expect(stream.push("a\n") == "a")
    #expect(stream.finish() == "\n")
    #expect(!stream.isStopped)
  }

  @Test("without stop texts nothing is held back")
  func passesThrough() {
    var stream = StopStrings([])
    #expect(stream.push("a") == "a")
    #expect(stream.finish() == "")
  }
}
