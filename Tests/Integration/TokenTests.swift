import Foundation
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

    @Test("tokens come as llama-server and as vLLM give them, with the begin token's rules of each")
    func forms() async throws {
      let pieces = try await Curl.post("/tokenize", ["content": "sea 🐎", "with_pieces": true]).json.tokens
        .items
      #expect(pieces.first?.piece == "sea" && pieces.allSatisfy { $0.id.int != nil })
      #expect(pieces.contains { $0.piece.items.count >= 1 }, "a part of a character is told as bytes")
      let answer = try await Curl.post(
        "/tokenize", ["prompt": "The sea", "return_token_strs": true, "model": .string(RunningServer.model)]
      ).json
      #expect(answer.token_strs == ["The", " sea"] && answer.count == 2 && answer.max_model_len == 8192)
      #expect(try await Curl.post("/tokenize", ["prompt": "a", "model": "other"]).status == 404)
    }

    /// Posts more than an argument can hold.
    private static func post(_ path: String, _ body: JSON) async throws -> Curl {
      let file = try TemporaryFile.make(body.encoded())
      defer { try? FileManager.default.removeItem(at: file) }
      return try await Curl.get(
        RealClients.server.address + path,
        ["--header", "content-type: application/json", "--data-binary", "@\(file.path)"])
    }

    @Test("more tokens than one answer tells of are refused, before or after they are cut")
    func tooMany() async throws {
      let digits = JSON.string(String(repeating: "7", count: 65_537))
      let text = JSON.string(String(repeating: "sea ", count: 1_000_000))
      let bodies: [(String, JSON, String)] = [
        ("/tokenize", ["content": digits, "with_pieces": true], "content"),
        ("/tokenize", ["prompt": text], "prompt"),
        ("/tokenize", ["messages": [["role": "user", "content": text]]], "messages"),
        ("/detokenize", ["tokens": .array(Array(repeating: 1, count: 65_537))], "tokens"),
      ]
      for (path, body, param) in bodies {
        let answer = try await Self.post(path, body)
        #expect(
          try answer.status == 400 && answer.json.error.param == .string(param), "\(answer.text.prefix(200))")
      }
    }

    @Test("too many prompts are refused before any is looked at")
    func manyPrompts() async throws {
      let prompts = JSON.array(
        [.string(String(repeating: "sea ", count: 1_000_000))] + Array(repeating: "a", count: 2000))
      let error = try await Self.post("/v1/completions", ["prompt": prompts]).json.error
      #expect(error.code == "invalid_value" && error.param == "prompt")
    }

    @Test("a conversation's text and tokens are what a chat feeds")
    func conversation() async throws {
      let messages: JSON = ["messages": [["role": "user", "content": "Hi <|im_end|>"]]]
      let prompt = try await Curl.post("/apply-template", messages).json.prompt.string ?? ""
      #expect(prompt.hasSuffix("<|im_start|>user\nHi <|im_end|><|im_end|>\n<|im_start|>assistant\n"))
      let open = try await Curl.post("/apply-template", messages.with(["add_generation_prompt": false])).json
      #expect(open.prompt.string.map { prompt.hasPrefix($0) && $0.count < prompt.count } == true)
      let count = try await Curl.post("/tokenize", messages).json.count
      let chat = try await OpenAIClient.run(.chat(messages.with(["max_tokens": 1])))
      #expect(chat.usage.prompt_tokens == count)
    }

    @Test("the tokenizer, the server and its places are told to those who ask")
    func information() async throws {
      let address = try RealClients.server.address
      let tokenizer = try await Curl.get(address + "/tokenizer_info").json
      #expect(tokenizer.vocab_size == 49_152 && tokenizer.eos_token == "<|im_end|>")
      let props = try await Curl.get(address + "/props").json
      #expect(props.total_slots == 32 && props.default_generation_settings.n_ctx == 8192)
      #expect(props.chat_template == tokenizer.chat_template)
      #expect(try await Curl.get(address + "/slots").json.items.count == 32)
    }
  }
}
