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
