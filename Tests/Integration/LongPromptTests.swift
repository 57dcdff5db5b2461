import Testing

extension RealClients {
  @Suite("a long prompt in a small cache")
  struct LongPromptTests {
    @Test("6,000 tokens pass through 512 slots, in exactly the memory that the documentation promises")
    func longPrompt() async throws {
      let answer = try await OpenAIClient.run(
        .completion([
          "prompt": JSON(SeededTokens.make(6_000)), "max_tokens": 16,
          "extra_body": ["kv_cache": ["policy": "roco", "budget": 512]],
        ]))
      let cache = answer.usage.kv_cache
      #expect(answer.usage.prompt_tokens == 6_000)
      #expect(cache.budget == 512)
      #expect(cache.resident == 512)
      #expect(cache.evicted == 5_503)
      #expect(cache.peak_bytes.int == peakBytes(peakSlots: 512 + 32, statistics: 2, victims: 32))
    }

    @Test("a full cache takes what the documentation says, which is more")
    func fullCache() async throws {
      let answer = try await OpenAIClient.run(.completion(["prompt": JSON(SeededTokens.make(500))]))
      #expect(answer.usage.kv_cache.resident == 507)
      #expect(answer.usage.kv_cache.peak_bytes.int == peakBytes(peakSlots: 508, statistics: 0, victims: 0))
    }

    /// The formula of Docs/policies.md with the default model's numbers: 30 layers, 3 KV heads of dimension 64.
    private func peakBytes(peakSlots: Int, statistics: Int, victims: Int) -> Int {
      let pages = (peakSlots + 15) / 16
      let bookkeeping = 64 + 4 * (16 * pages * (2 + statistics) + pages + victims)
      return 30 * 3 * (pages * 64 * 64 + (bookkeeping + 63) / 64 * 64)
    }
  }
}
