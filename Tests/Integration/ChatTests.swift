import Testing

extension RealClients {
  @Suite("chat")
  struct ChatTests {
    private let conversation: JSON = [
      "max_tokens": 24,
      "messages": [
        ["role": "system", "content": "You answer in one short sentence."],
        ["role": "user", "content": "What is the capital of France?"],
        ["role": "assistant", "content": "Paris."],
        ["role": "user", "content": [["type": "text", "text": "And of Italy?"]]],
      ],
    ]

    @Test("a conversation with a system message and several turns is answered by the assistant")
    func conversationIsAnswered() async throws {
      let answer = try await OpenAIClient.run(.chat(conversation))
      #expect(answer.object == "chat.completion")
      #expect(answer.choices[0].message.role == "assistant")
      let content = try #require(answer.choices[0].message.content.string)
      #expect(content.contains("Rome"))
      #expect(!content.contains("<|im_"), "the template's marks are not part of the text")
    }

    @Test("the turns before count: with them the last question has another answer and a longer prompt")
    func turnsCount() async throws {
      let lastOnly: JSON = [
        "messages": [conversation.messages[0], ["role": "user", "content": "And of Italy?"]]
      ]
      let answers = try await OpenAIClient.run([.chat(conversation), .chat(conversation.with(lastOnly))])
      let counts = answers.compactMap(\.usage.prompt_tokens.int)
      #expect(counts.count == 2 && counts[0] > counts[1] + 10)
      #expect(answers[0].choices != answers[1].choices)
    }

    @Test("a stream starts with the role, ends with an empty delta and the reason, then the usage")
    func streamShape() async throws {
      let streaming: JSON = ["stream": true, "stream_options": ["include_usage": true]]
      let answers = try await OpenAIClient.run([
        .chat(conversation), .chat(conversation.with(streaming)),
      ])
      let events = answers[1].events.items
      try #require(events.count > 3)
      #expect(events[0].choices[0].delta.role == "assistant")
      let closing = events[events.count - 2].choices[0]
      #expect(closing.delta.content.string ?? "" == "")
      #expect(closing.finish_reason == answers[0].choices[0].finish_reason)
      #expect(events.last?.choices == [])
      #expect(events.last?.usage.completion_tokens == answers[0].usage.completion_tokens)
      #expect(events.last?.usage.kv_cache == answers[0].usage.kv_cache)
      let text = events.compactMap { $0.choices[0].delta.content.string }.joined()
      #expect(text == answers[0].choices[0].message.content.string)
    }

    @Test("both names of the token limit are understood")
    func tokenLimitNames() async throws {
      let messages: JSON = ["messages": [["role": "user", "content": "Tell me a long story."]]]
      let answers = try await OpenAIClient.run([
        .chat(messages.with(["max_tokens": 5])),
        .chat(messages.with(["max_tokens": nil, "max_completion_tokens": 5])),
      ])
      #expect(answers.map(\.usage.completion_tokens) == [5, 5])
    }
  }
}
