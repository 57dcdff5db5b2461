import ModelFixtures
import Testing

@testable import Serving

@Suite struct CompletionStreamTests {
  private func stream(stops: [String] = [], minTokens: Int = 0) throws -> CompletionStream {
    CompletionStream(try tinyTokenizer(), stops: stops, minTokens: minTokens)
  }

  /// What each byte, pushed as a token, gives out.
  private func push(_ text: String, to stream: inout CompletionStream) -> [String] {
    text.utf8.map { stream.push(Int32($0)).text }
  }

  @Test("a stop text spread over tokens and half characters is cut, and no later token counts")
  func stopAcrossTokens() throws {
    var stream = try stream(stops: ["é!"])
    #expect(push("xé!more", to: &stream) == ["x", "", "", "", "", "", "", ""])
    #expect(stream.isStopped && stream.tokens == 4)
    #expect(stream.finish().isEmpty)
  }

  @Test("what only began like a stop text comes out with the token that decides, or at the end")
  func heldBack() throws {
    var stream = try stream(stops: ["abc"])
    #expect(push("abxab", to: &stream) == ["", "", "abx", "", ""])
    #expect(stream.finish().text == "ab")
    #expect(!stream.isStopped)
  }

  @Test("an unfinished character at the end becomes a replacement character")
  func unfinished() throws {
    var stream = try stream()
    #expect(stream.push(0xC3).isEmpty)
    #expect(stream.finish().text == "\u{FFFD}")
  }

  @Test("control tokens count but have no text")
  func controlTokens() throws {
    var stream = try stream()
    #expect(stream.push(263).isEmpty && stream.push(0x61).text == "a" && stream.tokens == 2)
  }

  @Test("a stop text counts once the least number of tokens has come")
  func leastTokens() throws {
    var stream = try stream(stops: ["a"], minTokens: 2)
    #expect(push("aaab", to: &stream) == ["a", "a", "", ""])
    #expect(stream.isStopped && stream.tokens == 3)
  }
}
