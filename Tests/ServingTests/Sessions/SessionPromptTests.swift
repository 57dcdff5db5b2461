import GGUF
import ModelFixtures
import OpenAIAPI
import Testing
import Tokenizing

@testable import Serving

@Suite struct SessionPromptTests {
  // Byte b is token b; 256 he, 257 ll, 258 hell, 259 hello, 260 " hello"; 263 <s> and 266 </s> are control tokens.
  private func prompt(_ tokens: [Int32], continuing saved: [Int32]) throws -> [Int32] {
    try SessionPrompt.prompt(tokens, continuing: saved, of: "s", tokenizer: tinyTokenizer())
  }

  private func mismatch(_ tokens: [Int32], continuing saved: [Int32]) throws -> APIError? {
    do {
      _ = try prompt(tokens, continuing: saved)
      return nil
    } catch let error as APIError { return error }
  }

  @Test("the same tokens and more stay as they are")
  func same() throws {
    #expect(try prompt([263, 259, 97], continuing: [263, 259]) == [263, 259, 97])
  }

  @Test("the same text in other tokens becomes the session's own, past control tokens too")
  func otherTokens() throws {
    let saved: [Int32] = [263, 256, 257, 111, 266, 263, 97]
    #expect(try prompt([263, 259, 266, 263, 97, 98], continuing: saved) == saved + [98])
  }

  @Test("a token that lies across the session's end is cut anew")
  func acrossTheEnd() throws {
    #expect(try prompt([263, 259, 97], continuing: [263, 256]) == [263, 256, 257, 111, 97])
  }

  @Test("what differs is refused with the position of the session's token")
  func differs() throws {
    #expect(try mismatch([263, 259, 97], continuing: [263, 259, 98])?.message.contains("token 2") == true)
    #expect(
      try mismatch([263, 258, 97], continuing: [263, 256, 257, 111])?.message.contains("token 3") == true)
    #expect(try mismatch([263], continuing: [263, 97])?.code == "session_mismatch")
  }

  @Test("a control token is not the text that it looks like")
  func controlTokens() throws {
    let text = "</s>".utf8.map { Int32($0) }
    #expect(try mismatch([97] + text + [98], continuing: [97, 266])?.message.contains("token 1") == true)
  }

  @Test("nothing new is nothing to go on with, and half a character is no text")
  func nothingNew() throws {
    #expect(try mismatch([263, 259], continuing: [263, 259])?.status == 400)
    #expect(try mismatch([263, 259], continuing: [263, 256, 257, 111])?.status == 400)
    let umlaut = "ü".utf8.map { Int32($0) }
    #expect(try prompt([97] + umlaut, continuing: [97, umlaut[0]]) == [97] + umlaut)
  }

  @Test("a token cut anew gets no space of the tokenizer's own")
  func noOwnSpace() throws {
    let file = try TemporaryFile(TinySentencePieces.metadata().bytes())
    let tokenizer = try Tokenizer(metadata: GGUFFile(path: file.path).metadata)
    let (hello, o) = (TinySentencePieces.token("▁hello") ?? -1, TinySentencePieces.token("o") ?? -1)
    let saved = ["▁", "hell"].map { TinySentencePieces.token($0) ?? -1 }
    #expect(
      try SessionPrompt.prompt([hello], continuing: saved, of: "s", tokenizer: tokenizer) == saved + [o])
  }
}
