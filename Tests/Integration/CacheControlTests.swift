import Testing

extension RealClients {
  @Suite("cache control of a request")
  struct CacheControlTests {
    private func completion(
      model suffix: String = "", header: String? = nil, body: JSON? = nil, promptTokens: Int = 150
    ) -> OpenAIClient.Call {
      var arguments: JSON = [
        "model": .string(RunningServer.model + suffix), "prompt": JSON(SeededTokens.make(promptTokens)),
      ]
      if let header { arguments = arguments.with(["extra_headers": ["x-kvota-kv": .string(header)]]) }
      let extra: JSON = ["ignore_eos": true]
      arguments = arguments.with(["extra_body": body.map { extra.with(["kv_cache": $0]) } ?? extra])
      return .completion(arguments)
    }

    @Test("body, header and alias each set policy and budget, and say the same")
    func threeWays() async throws {
      let answers = try await OpenAIClient.run([
        completion(body: ["policy": "roco", "budget": 96]), completion(header: "roco; budget=96"),
        completion(model: "@roco-96"),
      ])
      for answer in answers {
        let cache = answer.usage.kv_cache
        #expect(cache.names == ["policy", "budget", "resident", "evicted", "pinned", "peak_bytes"])
        #expect(cache.policy == "roco")
        #expect(cache.budget == 96)
        #expect(cache.resident == 96)
        // The last token is never fed: the cache has seen 150 + 8 - 1.
        #expect(cache.evicted == 61)
      }
      #expect(Set(answers.map(\.choices)).count == 1)
    }

    @Test("body beats header beats alias beats the server's default, field by field")
    func precedence() async throws {
      let answers = try await OpenAIClient.run([
        completion(model: "@h2o-48", header: "streaming; budget=64", body: ["policy": "roco", "budget": 96]),
        completion(model: "@h2o-48", header: "streaming; budget=64"),
        completion(model: "@h2o-48"),
        completion(),
        completion(model: "@h2o-48", header: "streaming", body: ["budget": 80]),
      ])
      #expect(answers.map(\.usage.kv_cache.policy) == ["roco", "streaming", "h2o", "full", "streaming"])
      #expect(answers.map(\.usage.kv_cache.budget) == [96, 64, 48, nil, 80])
    }

    @Test(
      "every policy keeps no more slots than its budget",
      arguments: ["random", "streaming", "h2o", "tova", "roco"])
    func budgetHolds(_ policy: String) async throws {
      let answer = try await OpenAIClient.run(
        completion(body: ["policy": .string(policy), "budget": 64], promptTokens: 300))
      #expect(answer.usage.kv_cache.policy == .string(policy))
      #expect(answer.usage.kv_cache.resident == 64)
      #expect(answer.usage.kv_cache.evicted.int == 300 + 7 - 64)
    }

    @Test("a budget is also a share of the prompt, or bytes that the cache keeps within")
    func budgetForms() async throws {
      let answers = try await OpenAIClient.run([
        completion(body: ["policy": "roco", "budget": 0.5]),
        completion(body: ["policy": "roco", "budget": "50%"]),
        completion(body: ["policy": "roco", "budget": "4MiB"], promptTokens: 600),
      ])
      #expect(answers[0].usage.kv_cache.budget == 75)
      #expect(answers[1].usage.kv_cache.budget == 75)
      let peak = try #require(answers[2].usage.kv_cache.peak_bytes.int)
      #expect(peak <= 4 << 20 && peak > 3 << 20)
      #expect(try #require(answers[2].usage.kv_cache.evicted.int) > 0)
    }

    @Test("an alias is told back as the model")
    func aliasIsTold() async throws {
      let answer = try await OpenAIClient.run(completion(model: "@streaming-64"))
      #expect(answer.model == .string(RunningServer.model + "@streaming-64"))
    }

    @Test("under full the budget is a hard limit, at which the text ends")
    func fullStops() async throws {
      let answer = try await OpenAIClient.run(
        .completion([
          "prompt": JSON(SeededTokens.make(30)), "max_tokens": 50,
          "extra_body": ["kv_cache": "full; budget=40"],
        ]))
      #expect(answer.choices[0].finish_reason == "length")
      #expect(answer.usage.kv_cache.resident == 40)
      #expect(answer.usage.kv_cache.evicted == 0)
    }
  }
}
