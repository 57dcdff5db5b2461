import Testing

@testable import OpenAIAPI

@Suite("Log-probabilities in answers")
struct LogprobsTests {
  private static func token(_ text: String) -> TokenText { TokenText(text.utf8) }

  private static let entries = [
    TokenLogprob(token: token("The"), logprob: nil, top: [], textOffset: 0),
    TokenLogprob(
      token: token(" sea"), logprob: -3.25,
      top: [.init(token: token(" \"s"), logprob: -0.1), .init(token: token(" a"), logprob: -2)], textOffset: 3
    ),
    TokenLogprob(
      token: TokenText([0xE2, 0x80]), logprob: -0.5,
      top: [.init(token: TokenText([0xE2, 0x80]), logprob: -0.5)], textOffset: 7),
  ]

  private func json(_ writer: some LogprobsWriter) throws -> JSONValue {
    var writer = writer
    for entry in Self.entries { writer.append(entry) }
    return try JSONParser.parse(writer.json.encoded)
  }

  @Test("completions have four lists; the token itself is in its map with the same number")
  func completion() throws {
    let expected = #"""
      {"tokens":["The"," sea","bytes:\\xe2\\x80"],"token_logprobs":[null,-3.25,-0.5],
       "top_logprobs":[null,{" \"s":-0.1," a":-2.0," sea":-3.25},{"bytes:\\xe2\\x80":-0.5}],"text_offset":[0,3,7]}
      """#
    #expect(try json(CompletionLogprobs()) == JSONParser.parse([UInt8](expected.utf8)))
  }

  @Test("chats have an object for each token, with its bytes")
  func chat() throws {
    let expected = #"""
      {"content":[{"token":"The","logprob":null,"bytes":[84,104,101],"top_logprobs":[]},
       {"token":" sea","logprob":-3.25,"bytes":[32,115,101,97],"top_logprobs":[
        {"token":" \"s","logprob":-0.1,"bytes":[32,34,115]},{"token":" a","logprob":-2.0,"bytes":[32,97]}]},
       {"token":"bytes:\\xe2\\x80","logprob":-0.5,"bytes":[226,128],"top_logprobs":[
        {"token":"bytes:\\xe2\\x80","logprob":-0.5,"bytes":[226,128]}]}],"refusal":null}
      """#
    #expect(try json(ChatLogprobs()) == JSONParser.parse([UInt8](expected.utf8)))
  }

  @Test("no tokens are empty lists")
  func none() {
    #expect(
      CompletionLogprobs().json.encoded
        == [UInt8](#"{"tokens":[],"token_logprobs":[],"top_logprobs":[],"text_offset":[]}"#.utf8))
  }
}
