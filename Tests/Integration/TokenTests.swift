import Testing

extension RealClients {
  @Suite("tokens by hand")
  struct TokenTests {
    @Test("a text's tokens are its prompt's tokens, and give the text back")
    func roundTrip() async throws {
      let text = "The sea is 100 m deep. Žluťoučký 🐎"
      let tokens = try await Curl.post("/tokenize", ["content": .string(text)]).json.tokens
      #expect(tokens.items.count > 8)
      #expect(try await Curl.post("/detokenize", ["tokens": tokens]).json.content == .string(text))
      let answers = try await OpenAIClient.run([
        .completion(["prompt": .string(text)]), .completion(["prompt": tokens]),
      ])
      #expect(answers[0].usage.prompt_tokens.int == tokens.items.count)
      #expect(answers[0].choices == answers[1].choices)
    }
  }
}
