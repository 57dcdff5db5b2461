import Testing

extension RealClients {
  @Suite("requests in company")
  struct CompanyTests {
    @Test(
      "eight clients with eight caches of their own, every policy among them, all finish within their budgets"
    )
    func eightCaches() async throws {
      // What is asked for, and the slots held when 300 tokens of prompt and 23 of 24 generated ones have been fed.
      let caches: [(cache: String, resident: Int)] = [
        ("full", 323), ("random; budget=128", 128), ("streaming; budget=32", 32), ("h2o; budget=48", 48),
        ("tova; budget=96", 96), ("roco; budget=64", 64), ("roco; budget=200; stride=16; sinks=8", 200),
        ("tova; budget=40; scope=prefill", 63),
      ]
      let answers = try await OpenAIClient.run(
        caches.enumerated().map { index, wanted in
          .completion([
            "prompt": JSON(SeededTokens.make(300, seed: UInt64(index))), "max_tokens": 24,
            "extra_body": ["kv_cache": .string(wanted.cache), "ignore_eos": true],
          ])
        }, together: true)
      for (answer, wanted) in zip(answers, caches) {
        #expect(answer.usage.completion_tokens == 24)
        #expect(answer.usage.kv_cache.policy.string.map(wanted.cache.hasPrefix) == true)
        #expect(answer.usage.kv_cache.resident.int == wanted.resident, "\(wanted.cache)")
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
