import Testing

extension RealClients {
  @Suite("log-probabilities through the openai package")
  struct LogprobTests {
    private static let text = "The 🐎 ran to the sea, Žluťoučký said."

    @Test("streamed lists and text, joined, are those of the whole answer; offsets are places in the text")
    func streamedEqualsWhole() async throws {
      let call: JSON = [
        "prompt": .string(Self.text), "echo": true, "logprobs": 3, "max_tokens": 20, "stop": ["zzz"],
      ]
      let answers = try await OpenAIClient.run([
        .completion(call), .completion(call.with(["stream": true])),
      ])
      let whole = answers[0].choices[0]
      let events = answers[1].events.items.map(\.choices[0])
      #expect(events.compactMap(\.text.string).joined() == whole.text.string)
      for list in ["tokens", "token_logprobs", "top_logprobs", "text_offset"] {
        #expect(events.flatMap { $0.logprobs[list].items } == whole.logprobs[list].items, "\(list)")
      }
      let scalars = Array((whole.text.string ?? "").unicodeScalars)
      #expect(String(whole.text.string?.prefix(Self.text.count) ?? "") == Self.text)
      for (token, offset) in zip(whole.logprobs.tokens.items, whole.logprobs.text_offset.items) {
        guard let token = token.string, !token.hasPrefix("bytes:"), let offset = offset.int else { continue }
        #expect(Array(scalars[offset...].prefix(token.unicodeScalars.count)) == Array(token.unicodeScalars))
      }
    }

    @Test("a prompt's first token has no number, and every other token its own among the alternatives")
    func ownNumber() async throws {
      let answer = try await OpenAIClient.run(
        .completion(["prompt": .string(Self.text), "echo": true, "logprobs": 0, "max_tokens": 0]))
      let logprobs = answer.choices[0].logprobs
      #expect(answer.choices[0].text == .string(Self.text) && answer.usage.completion_tokens == 0)
      #expect(logprobs.token_logprobs[0] == nil && logprobs.top_logprobs[0] == nil)
      #expect(logprobs.tokens.items.count == answer.usage.prompt_tokens.int)
      for index in logprobs.tokens.items.indices.dropFirst() {
        let token = try #require(logprobs.tokens[index].string)
        #expect(logprobs.top_logprobs[index] == .object([token: logprobs.token_logprobs[index]]))
      }
    }

    @Test(
      "numbers are the same alone, in company and after the prompt is known, under every kind of cache",
      arguments: ["full", "roco-64", "streaming-64"])
    func sameInCompany(cache: String) async throws {
      let prompt = JSON(SeededTokens.make(300, seed: 5))
      let scored = OpenAIClient.Call.completion([
        "prompt": prompt, "echo": true, "logprobs": 2, "max_tokens": 4,
        "model": .string("\(RunningServer.model)@\(cache)"),
      ])
      let others = (0..<5).map { index in
        OpenAIClient.Call.completion([
          "prompt": JSON(SeededTokens.make(200, seed: UInt64(index + 9))), "max_tokens": 30,
        ])
      }
      let alone = try await OpenAIClient.run([scored, scored])
      let company = try await OpenAIClient.run([scored] + others, together: true)
      #expect(alone[0].choices[0].logprobs.tokens.items.count == 304)
      #expect(alone[0].choices == alone[1].choices && alone[0].choices == company[0].choices)
    }

    @Test("a chat tells each token of its message with its bytes, streamed or not")
    func chat() async throws {
      let call: JSON = [
        "messages": [["role": "user", "content": "Name a fruit."]], "logprobs": true, "top_logprobs": 2,
        "max_tokens": 40,
      ]
      let answers = try await OpenAIClient.run([.chat(call), .chat(call.with(["stream": true]))])
      let content = answers[0].choices[0].logprobs.content.items
      let bytes = content.flatMap { $0.bytes.items }.compactMap { $0.int.map { UInt8($0) } }
      #expect(String(decoding: bytes, as: UTF8.self) == answers[0].choices[0].message.content.string)
      // Greedy: each token is the likeliest.
      #expect(content.allSatisfy { $0.top_logprobs[0].token == $0.token && $0.top_logprobs.items.count == 2 })
      #expect(answers[1].events.items.flatMap { $0.choices[0].logprobs.content.items } == content)
    }

    @Test("a bias forbids a token or forces it")
    func bias() async throws {
      let call: JSON = ["prompt": "The capital of France is", "max_tokens": 1, "logprobs": 1]
      let free = try await OpenAIClient.run(.completion(call)).choices[0]
      let token = try await Curl.post("/tokenize", ["content": free.text]).json.tokens[0].int ?? 0
      let answers = try await OpenAIClient.run([
        .completion(call.with(["logit_bias": .object([String(token): -100])])),
        .completion(call.with(["logit_bias": ["504": 100]])),
      ])
      #expect(answers[0].choices[0].text != free.text && answers[1].choices[0].text == "The")
      #expect(
        answers[0].choices[0].logprobs.top_logprobs[0][free.text.string ?? ""]
          == free.logprobs.token_logprobs[0])
    }

    @Test("more numbers than a request may ask for are refused")
    func tooMany() async throws {
      let prompts = JSON.array(Array(repeating: JSON(SeededTokens.make(7_000)), count: 8))
      let answer = try await OpenAIClient.run(
        .completion(["prompt": prompts, "echo": true, "logprobs": 20, "max_tokens": 0]))
      #expect(answer.param == "logprobs" && answer.error == "BadRequestError")
    }

    @Test("timings come when asked for, in the last event of a stream")
    func timings() async throws {
      let call: JSON = ["prompt": "The sea is", "extra_body": ["timings": true]]
      let answers = try await OpenAIClient.run([
        .completion(call), .completion(call.with(["stream": true])), .completion(["prompt": "The sea is"]),
      ])
      #expect(answers[0].timings.predicted_n == 8 && answers[1].events.items.last?.timings.predicted_n == 8)
      #expect(answers[2].timings == nil)
    }
  }
}
