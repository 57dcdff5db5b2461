import Testing

extension RealClients {
  @Suite("reused prefixes")
  struct PrefixTests {
    private static let rules = String(repeating: "Answer kindly, shortly and in plain words. ", count: 24)

    @Test(
      "every turn of a chat begins with what the one before left, and the answers are those without",
      arguments: ["full", "budget=96", "h2o; budget=64", "tova; budget=400"])
    func conversation(cache: String) async throws {
      func call(_ messages: [JSON], reuses: Bool) -> OpenAIClient.Call {
        .chat([
          "messages": .array(messages), "max_tokens": 16, "stream": true,
          "stream_options": ["include_usage": true],
          "extra_body": ["kv_cache": .string(cache), "cache_prompt": .boolean(reuses)],
        ])
      }
      try await RunningServer.with { server in
        var messages: [JSON] = [["role": "system", "content": .string(Self.rules)]]
        for (turn, question) in ["Who are you?", "What is the sea?", "And a lake?"].enumerated() {
          messages.append(["role": "user", "content": .string(question)])
          let answers = try await OpenAIClient.run(
            [call(messages, reuses: true), call(messages, reuses: false)], at: server)
          let texts = answers.map { answer in
            answer.events.items.compactMap { $0.choices[0].delta.content.string }.joined()
          }
          #expect(texts[0] == texts[1])
          let cached = answers.map {
            $0.events.items.last?.usage.prompt_tokens_details.cached_tokens.int ?? -1
          }
          #expect(cached[1] == 0 && (turn == 0 ? cached[0] == 0 : cached[0] >= 128))
          messages.append(["role": "assistant", "content": .string(texts[0])])
        }
        let metrics = try await Metrics.read(server)
        #expect(try #require(metrics["vllm:prefix_cache_hits_total"]) >= 256)
        #expect(try #require(metrics["kvota_prefix_cache_bytes"]) > 0)
        #expect(metrics["kvota_kv_used_bytes"] == 0)
      }
    }

    @Test("choices of one prompt compute it once")
    func choices() async throws {
      try await RunningServer.with { server in
        let answer = try await OpenAIClient.run(
          [.completion(["prompt": JSON(SeededTokens.make(400)), "n": 4, "temperature": 1, "seed": 1])],
          at: server)[0]
        #expect(Set(answer.choices.items.map(\.text)).count > 1)
        #expect(answer.usage.prompt_tokens == 400)
        let metrics = try await Metrics.read(server)
        #expect(try #require(metrics["vllm:prompt_tokens_total"]) < 500)
      }
    }

    @Test("cached tokens are those of the first choice, whichever ends first")
    func endsInAnyOrder() async throws {
      try await RunningServer.with { server in
        // Choices that may end at any token.
        let calls = (0..<12).map { index in
          OpenAIClient.Call.completion([
            "prompt": JSON(SeededTokens.make(160, seed: UInt64(index))), "n": 2, "temperature": 1,
            "seed": .number(Double(index)), "max_tokens": 40, "logit_bias": ["2": 9], "stream": true,
            "stream_options": ["include_usage": true],
          ])
        }
        let answers = try await OpenAIClient.run(calls, at: server).map(\.events.items)
        let firstEnds = answers.map { events in
          events.first { !$0.choices.items.isEmpty && $0.choices[0].finish_reason.string != nil }?.choices[0]
            .index.int
        }
        #expect(Set(firstEnds) == [0, 1])
        #expect(answers.allSatisfy { $0.last?.usage.prompt_tokens_details.cached_tokens == 0 })
      }
    }

    @Test("a server that is told so reuses nothing")
    func off() async throws {
      try await RunningServer.with(["--prefix-cache", "off"]) { server in
        let call = OpenAIClient.Call.completion(["prompt": .string(Self.rules)])
        let answers = try await OpenAIClient.run([call, call], at: server)
        #expect(answers.allSatisfy { $0.usage.prompt_tokens_details.cached_tokens == 0 })
      }
    }
  }
}
