import Testing

extension RealClients {
  @Suite("completions")
  struct CompletionTests {
    @Test("a prompt is a text, texts, token ids, or lists of token ids, with one choice for each")
    func promptForms() async throws {
      let prompts: [(prompt: JSON, choices: Int)] = [
        ("The sea is", 1), (["The sea is", "The sky is"], 2), ([504, 3726, 314], 1),
        ([[504, 3726, 314], [504, 6376], [504]], 3),
      ]
      let answers = try await OpenAIClient.run(prompts.map { .completion(["prompt": $0.prompt]) })
      for (answer, expected) in zip(answers, prompts) {
        #expect(answer.choices.items.map(\.index.int) == Array(0..<expected.choices))
        #expect(answer.usage.completion_tokens.int == 8 * expected.choices)
        #expect(answer.choices.items.allSatisfy { $0.text.string?.isEmpty == false })
      }
      #expect(answers[2].usage.prompt_tokens == 3)
      #expect(answers[3].usage.prompt_tokens == 6)
    }

    @Test("greedy choices of a list are those of its prompts alone")
    func listEqualsSingles() async throws {
      let answers = try await OpenAIClient.run([
        .completion(["prompt": ["The sea is", "Once upon a time"]]),
        .completion(["prompt": "The sea is"]), .completion(["prompt": "Once upon a time"]),
      ])
      #expect(answers[0].choices[0].text == answers[1].choices[0].text)
      #expect(answers[0].choices[1].text == answers[2].choices[0].text)
    }

    @Test("n = 2 gives two choices a prompt, in the order of the prompts")
    func severalChoices() async throws {
      let answer = try await OpenAIClient.run(
        .completion(["prompt": ["One", "Two"], "n": 2, "temperature": 1, "seed": 3, "max_tokens": 12]))
      #expect(answer.choices.items.map(\.index.int) == [0, 1, 2, 3])
      #expect(Set(answer.choices.items.map(\.text)).count == 4)
      #expect(answer.choices.items.allSatisfy { ["length", "stop"].contains($0.finish_reason.string) })
    }

    @Test("the token limit is kept and told as finish reason, and the usage adds up")
    func tokenLimit() async throws {
      let answers = try await OpenAIClient.run(
        [1, 5, 33].map { .completion(["prompt": "The sea is", "max_tokens": $0]) })
      for (answer, limit) in zip(answers, [1, 5, 33]) {
        let usage = answer.usage
        #expect(answer.choices[0].finish_reason == "length")
        #expect(usage.completion_tokens.int == limit)
        #expect(usage.total_tokens.int == limit + (usage.prompt_tokens.int ?? 0))
      }
    }

    @Test("a stop string ends the text before itself, whole or streamed")
    func stopString() async throws {
      let call = ["prompt": "The capital of France is", "max_tokens": 24] as JSON
      let text = try #require(try await OpenAIClient.run(.completion(call)).choices[0].text.string)
      // Part of a word in the text's middle, so that it begins and ends inside tokens.
      let stop = String(text.dropFirst(text.count / 2).prefix(3))
      let expected = String(text[..<(try #require(text.firstRange(of: stop))).lowerBound])
      let stopped = call.with(["stop": [.string(stop), "never said"]])
      let answers = try await OpenAIClient.run([
        .completion(stopped), .completion(stopped.with(["stream": true])),
      ])
      #expect(answers[0].choices[0].text == .string(expected))
      #expect(answers[0].choices[0].finish_reason == "stop")
      #expect(joinedText(answers[1]) == expected)
      #expect(answers[1].events.items.last?.choices[0].finish_reason == "stop")
    }

    @Test("the same seed gives the same text, another seed another")
    func seeds() async throws {
      let texts = try await OpenAIClient.run(
        [7, 7, 8].map { seed in
          .completion(["prompt": "Once upon a time", "temperature": 1, "seed": seed, "max_tokens": 32])
        }
      ).map(\.choices[0].text)
      #expect(texts[0] == texts[1])
      #expect(texts[0] != texts[2])
    }

    @Test("the streamed text is the text, under one id and model")
    func streamedEqualsWhole() async throws {
      let call = ["prompt": "Once upon a time", "max_tokens": 40] as JSON
      let answers = try await OpenAIClient.run([
        .completion(call), .completion(call.with(["stream": true])),
      ])
      let events = answers[1].events.items
      #expect(joinedText(answers[1]) == answers[0].choices[0].text.string)
      #expect(events.count > 20, "a text of 40 tokens comes in pieces")
      #expect(Set(events.map { [$0.id, $0.model, $0.created] }).count == 1)
      #expect(events.dropLast().allSatisfy { $0.choices[0].finish_reason == nil })
      #expect(events.allSatisfy { !$0.names.contains("usage") }, "nobody asked for the usage")
    }

    private func joinedText(_ answer: JSON) -> String {
      answer.events.items.compactMap { $0.choices[0].text.string }.joined()
    }
  }
}
