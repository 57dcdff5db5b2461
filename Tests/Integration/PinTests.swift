import Testing

extension RealClients {
  @Suite("what a request pins")
  struct PinTests {
    private static let name = "Your name is Marmalade. You are called Marmalade."

    /// A system message that the answer depends on, far before the question.
    private func chat(_ cache: JSON, maxTokens: Double = 8) -> OpenAIClient.Call {
      let story = Array(repeating: "The sea was calm and the gulls were loud that day.", count: 8)
      return .chat([
        "messages": [
          ["role": "system", "content": .string(Self.name)],
          ["role": "user", "content": .string(story.joined(separator: " ") + " What is your name?")],
        ],
        "max_tokens": .number(maxTokens), "extra_body": ["kv_cache": cache],
      ])
    }

    @Test("a pinned system message outlives a budget that evicts it otherwise, however it is pinned")
    func systemMessageStays() async throws {
      let cache: JSON = ["policy": "streaming", "budget": 64, "sinks": 0]
      let answers = try await OpenAIClient.run([
        chat(cache), chat(cache.with(["pins": ["system"]])), chat(cache.with(["pins": [["message": 0]]])),
        chat("streaming; budget=64; sinks=0; pins=role:system"),
      ])
      let pinned = answers.map { $0.usage.kv_cache.pinned.int ?? -1 }
      #expect(pinned[0] == 0 && (15..<32).contains(pinned[1]) && Set(pinned[1...]).count == 1)
      let texts = answers.map { $0.choices[0].message.content.string ?? "" }
      #expect(!texts[0].contains("Marmalade") && texts[1].contains("Marmalade"), "\(texts)")
      #expect(Set(texts[1...]).count == 1)
      for answer in answers { #expect(answer.usage.kv_cache.resident == 64) }
    }

    @Test("with a pinned system message every way to spread and to rank answers within its budget")
    func everyOption() async throws {
      let options: [JSON] = [
        ["fair": true], ["guard": 0.1], ["pool": 5], ["allocator": "ada"], ["allocator": "cake"],
        ["allocator": "pyramid"], ["mode": "soft"], ["value": true, "decay": 0.9, "reduce": "max"],
        ["keep_attention": true], ["positions": "cache"],
      ]
      let cache: JSON = ["policy": "h2o", "budget": 80, "pins": ["system"]]
      let answers = try await OpenAIClient.run(options.map { chat(cache.with($0)) })
      for (answer, option) in zip(answers, options) {
        let resident = try #require(answer.usage.kv_cache.resident.int, "\(option): \(answer)")
        // What cake has taken from a layer comes back only with new tokens.
        #expect(resident == 80 || option.allocator == "cake" && resident < 80, "\(option): \(resident)")
        #expect(try #require(answer.usage.kv_cache.pinned.int) > 15)
        #expect(answer.choices[0].message.content.string?.isEmpty == false)
      }
    }

    @Test("pins that a budget cannot hold are refused with the sum and a budget that would do")
    func tooMuchPinned() async throws {
      let answer = try await OpenAIClient.run(chat(["policy": "roco", "budget": 64, "pins": ["user"]]))
      #expect(answer.error == "BadRequestError" && answer.code == "invalid_kv_cache")
      #expect(answer.param.string?.hasPrefix("kv_cache") == true)
      let message = try #require(answer.message.string)
      #expect(
        message.contains(
          /64 slots is too small: .* sinks \+ .* recent \+ \d{3} pinned \+ a chunk of \d+ = \d{3}/))
      let enough = try #require(message.firstMatch(of: /a budget of (\d+) would do/)?.output.1)
      let again = try await OpenAIClient.run(
        chat(["policy": "roco", "budget": .string(String(enough)), "pins": ["user"]], maxTokens: 4))
      #expect(again.usage.kv_cache.budget.int == Int(enough))
    }

    @Test("completions pin spans of tokens; messages they have none of")
    func completions() async throws {
      let prompt = JSON(SeededTokens.make(150))
      func call(_ pins: JSON) -> OpenAIClient.Call {
        .completion([
          "prompt": prompt, "extra_body": ["kv_cache": ["policy": "roco", "budget": 64, "pins": pins]],
        ])
      }
      let answers = try await OpenAIClient.run([
        call([["tokens": [10, 20]], "tokens:15-25"]), call(["system"]), call([["tokens": [140, 151]]]),
        .completion(["prompt": prompt, "extra_body": ["kv_cache": "roco; budget=64; fair=true"]]),
      ])
      #expect(answers[0].usage.kv_cache.pinned == 15)
      #expect(answers[0].usage.kv_cache.resident == 64)
      #expect(answers[1...].allSatisfy { $0.error == "BadRequestError" })
      #expect(answers[1...].map(\.param) == ["kv_cache.pins", "kv_cache.pins", "kv_cache.fair"])
    }

    @Test(
      "the model's name takes pins too, and a server's defaults hold for chats without touching completions")
    func nameAndDefaults() async throws {
      let named = try await OpenAIClient.run(
        .completion([
          "model": .string(RunningServer.model + "@roco-64;pins=tokens:0-10"),
          "prompt": JSON(SeededTokens.make(150)),
        ]))
      #expect(named.usage.kv_cache.pinned == 10)
      try await RunningServer.with([
        "--kv-policy", "roco", "--kv-budget", "128", "--kv-options", "pins=system",
      ]) { server in
        let answers = try await OpenAIClient.run(
          [
            .chat([
              "messages": [
                ["role": "system", "content": "Be brief."], ["role": "user", "content": "Hello!"],
              ],
              "max_tokens": 4,
            ]),
            .completion(["prompt": JSON(SeededTokens.make(150))]),
          ], at: server)
        #expect(try #require(answers[0].usage.kv_cache.pinned.int) > 3)
        #expect(answers[1].usage.kv_cache.pinned == 0)
        #expect(answers[1].usage.kv_cache.resident == 128)
      }
    }
  }
}
