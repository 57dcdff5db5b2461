import OpenAIAPI
import Testing
import Tokenizing

@testable import Inference
@testable import Serving

@Suite("A choice's text and what is told of its tokens")
struct ChoiceTextTests {
  private func score(_ token: Int32) -> TokenScore { TokenScore(token: token, logProbability: -1, top: []) }

  /// What is given out for a prompt and generated tokens, each with its score; the last one ends the text.
  private func pieces(
    prompt: [Int32] = [0x61], _ tokens: [Int32], end: Int32? = nil,
    body: String = #"{"prompt": "", "logprobs": 0}"#
  ) throws -> [TextPiece] {
    let wanted = try completion(body)
    let request = try GenerationRequest(
      GenerationRequest.Wish(
        prompts: [prompt], maxTokens: 9, parameters: wanted.parameters,
        cache: CacheResolution.cacheRequest(CacheOptions()), echo: wanted.echo, logprobs: wanted.logprobs),
      limits: limits { $0.vocabularySize = 300 })
    var text = ChoiceText(
      request, choice: 0,
      tokenizer: try tinyTokenizer(adding: [("tokenizer.ggml.add_bos_token", .bool(true))]))
    var pieces = [text.begin()]
    if wanted.echo, wanted.logprobs != nil { pieces.append(text.push(prompt.dropFirst().map(score))) }
    for token in tokens where !text.isStopped {
      text.announce(score(token))
      pieces.append(text.push(token))
    }
    if let end { text.announce(score(end)) }
    pieces.append(text.finish())
    return pieces
  }

  private func offsets(_ pieces: [TextPiece]) -> [Int] { pieces.flatMap(\.tokens).map(\.textOffset) }
  private func text(_ pieces: [TextPiece]) -> String { pieces.map(\.text).joined() }

  @Test("offsets count whole characters; a token inside one begins where it begins")
  func offsets() throws {
    // é in two tokens, a control token, b.
    let pieces = try pieces([0x78, 0xC3, 0xA9, 263, 0x62])
    #expect(text(pieces) == "xéb" && offsets(pieces) == [0, 1, 1, 2, 2])
    #expect(pieces.flatMap(\.tokens).map(\.token.text) == ["x", "bytes:\\xc3", "bytes:\\xa9", "<s>", "b"])
  }

  @Test("tokens without a text are told as they come: an answer may consist of them")
  func textless() throws {
    let pieces = try pieces([263, 263, 0x62, 263])
    #expect(pieces.map(\.tokens.count) == [0, 1, 1, 1, 1, 0])
  }

  @Test("tokens whose text a stop text cuts off are not told, those before it are")
  func stops() throws {
    let pieces = try pieces(
      Array("say no more".utf8).map(Int32.init), body: #"{"prompt": "", "logprobs": 0, "stop": ["no"]}"#)
    #expect(text(pieces) == "say " && offsets(pieces) == [0, 1, 2, 3])
    let held = try self.pieces(
      Array("an".utf8).map(Int32.init), body: #"{"prompt": "", "logprobs": 0, "stop": ["no"]}"#)
    #expect(text(held) == "an" && offsets(held) == [0, 1], "what was held back comes at the end")
  }

  @Test("the token that ends a text is told with the offset of the text's end")
  func endToken() throws {
    let pieces = try pieces([0x61, 0xC3], end: 266)
    #expect(text(pieces) == "a\u{FFFD}" && offsets(pieces) == [0, 1, 2])
    #expect(pieces.last?.tokens.last?.token.text == "</s>")
  }

  @Test("an echo comes first, its first token without a number, and the text goes on from its end")
  func echo() throws {
    let pieces = try pieces(
      prompt: [0x61, 266, 0xC3, 0xA9], [0x62],
      body: #"{"prompt": "", "echo": true, "logprobs": 0}"#)
    #expect(text(pieces) == "a</s>éb" && offsets(pieces) == [0, 1, 5, 5, 6])
    #expect(pieces.flatMap(\.tokens).map { $0.logprob == nil } == [true, false, false, false, false])
  }

  @Test(
    "the begin token that every sequence starts with is told but has no text; alone, an echo is plain text")
  func beginToken() throws {
    let told = try pieces(prompt: [263, 0x61], [], body: #"{"prompt": "", "echo": true, "logprobs": 0}"#)
    #expect(text(told) == "a" && offsets(told) == [0, 0])
    let plain = try pieces(prompt: [263, 0x61], [0x62], body: #"{"prompt": "", "echo": true}"#)
    #expect(plain[0] == TextPiece(text: "a"))
    #expect(text(plain) == "ab")
  }
}
