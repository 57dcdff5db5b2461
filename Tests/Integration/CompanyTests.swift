import Testing

extension RealClients {
  @Suite("requests in company")
  struct CompanyTests {
    @Test("eight clients with eight caches of their own all finish within their budgets")
    func eightCaches() async throws {
      let caches: [(policy: String, budget: Int)] = [
        ("roco", 64), ("roco", 200), ("h2o", 48), ("tova", 96), ("streaming", 32), ("random", 128),
        ("streaming", 250), ("tova", 40),
      ]
      let answers = try await OpenAIClient.run(
        caches.enumerated().map { index, cache in
          .completion([
            "prompt": JSON(SeededTokens.make(300, seed: UInt64(index))), "max_tokens": 24,
            "extra_body": [
              "kv_cache": .string("\(cache.policy); budget=\(cache.budget)"), "ignore_eos": true,
            ],
          ])
        }, together: true)
      for (answer, cache) in zip(answers, caches) {
        #expect(answer.usage.completion_tokens == 24)
        #expect(answer.usage.kv_cache.policy == .string(cache.policy))
        #expect(answer.usage.kv_cache.resident.int == cache.budget)
      }
    }

    @Test("eight greedy requests say the same alone and together, whatever their caches")
    func companyChangesNothing() async throws {
      let openings = [
        "The sea", "A king", "My dog", "In 1912", "def main", "2 + 2 =", "Dear Sir", "Water is",
      ]
      let calls = openings.enumerated().map { index, opening in
        OpenAIClient.Call.completion([
          "prompt": .string(String(repeating: opening + ", and so on. ", count: 3 + 4 * index)),
          "max_tokens": 32,
          "extra_body": ["kv_cache": .string(index % 2 == 0 ? "full" : "roco; budget=40")],
        ])
      }
      let alone = try await OpenAIClient.run(calls)
      let together = try await OpenAIClient.run(calls, together: true)
      #expect(alone.map(\.choices) == together.map(\.choices))
      #expect(alone.allSatisfy { $0.choices[0].text.string?.isEmpty == false })
    }
  }
}
