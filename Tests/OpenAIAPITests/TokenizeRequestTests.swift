import Testing

@testable import OpenAIAPI

@Suite struct TokenizeRequestTests {
  private func request(_ body: String) throws -> TokenizeRequest {
    try TokenizeRequest(RequestDecoding.object(Array(body.utf8)))
  }

  @Test("a text under llama-server's name gets no special tokens unless asked for, under vLLM's unless not")
  func dialects() throws {
    #expect(try request(#"{"content": "a"}"#).addsSpecial == false)
    #expect(try request(#"{"prompt": "a"}"#).addsSpecial)
    #expect(try request(#"{"content": "a", "add_special": true}"#).addsSpecial)
    #expect(try request(#"{"prompt": "a", "add_special_tokens": false}"#).addsSpecial == false)
  }

  @Test(
    "two texts, or one parameter under two names with two values, are refused",
    arguments: [
      (#"{"content": "a", "prompt": "b"}"#, "prompt"),
      (#"{"prompt": "a", "messages": [{"role": "user", "content": "b"}]}"#, "messages"),
      (#"{"content": "a", "add_special": true, "add_special_tokens": false}"#, "add_special_tokens"),
      (#"{"content": null}"#, "content"),
    ])
  func refused(body: String, field: String) {
    let error = #expect(throws: APIError.self) { try request(body) }
    #expect(error?.status == 400 && error?.param == field)
  }

  @Test("what a conversation's template decides is told to be without effect")
  func conversation() throws {
    let wanted = try request(
      #"{"messages": [{"role": "user", "content": "b"}], "parse_special": false, "add_special": true}"#)
    #expect(wanted.ignoredFields.sorted() == ["add_special", "parse_special"])
  }
}
