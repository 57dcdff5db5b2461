import Testing

extension RealClients {
  @Suite("more than there is room for")
  struct OverloadTests {
    @Test("one runs, one waits, the next is told to come again; the one that waited is served")
    func queueIsBounded() async throws {
      try await RunningServer.with(["--max-sequences", "1", "--max-queue", "1"]) { server in
        let story: JSON = ["prompt": "Once upon a time", "max_tokens": 300, "ignore_eos": true]
        async let first = Curl.post("/v1/completions", story, at: server)
        try await gauge("vllm:num_requests_running", of: server, is: 1)
        async let second = Curl.post("/v1/completions", story, at: server)
        try await gauge("vllm:num_requests_waiting", of: server, is: 1)
        let third = try await Curl.post("/v1/completions", story, at: server)
        #expect(third.status == 429)
        #expect(try third.json.error.code == "rate_limit_exceeded")
        #expect(third.headers["retry-after"].flatMap { Int($0) }.map { (1...60).contains($0) } == true)
        for served in try await [first, second] {
          #expect(try served.json.usage.completion_tokens == 300)
        }
      }
    }

    @Test("a cache larger than the pool is refused at once, with a budget that would fit and does")
    func largerThanPool() async throws {
      try await RunningServer.with(["--kv-memory", "16MiB"]) { server in
        func call(_ budget: Int) -> OpenAIClient.Call {
          .completion([
            "prompt": JSON(SeededTokens.make(1_500)),
            "extra_body": ["kv_cache": .string("tova; budget=\(budget)")],
          ])
        }
        let refused = try await OpenAIClient.run([call(1_400)], at: server)[0]
        #expect(refused.code == "kv_cache_too_large")
        let said = try #require(refused.message.string?.firstMatch(of: /a budget of (\d+) slots would fit/))
        let fitting = try #require(Int(said.output.1))
        let answers = try await OpenAIClient.run([call(fitting), call(fitting + 1)], at: server)
        #expect(answers[0].usage.kv_cache.resident.int == fitting)
        #expect(answers[1].code == "kv_cache_too_large")
      }
    }

    @Test(
      "a request without a budget that is larger than the pool is told the largest budget that fits, and it does"
    )
    func largerWithoutBudget() async throws {
      try await RunningServer.with(["--kv-memory", "16MiB"]) { server in
        let prompt = JSON(SeededTokens.make(1_500))
        func answer(_ budget: Int?) async throws -> Curl {
          let cache: JSON = budget.map { ["budget": .number(Double($0))] } ?? [:]
          return try await Curl.post("/v1/completions", ["prompt": prompt, "kv_cache": cache], at: server)
        }
        let refused = try await answer(nil)
        #expect(try refused.status == 400 && refused.json.error.code == "kv_cache_too_large")
        let said = try #require(refused.text.firstMatch(of: /a budget of (\d+) slots would fit/))
        let fitting = try #require(Int(said.output.1))
        #expect(try await answer(fitting).json.usage.kv_cache.resident.int == fitting)
        #expect(try await answer(fitting + 1).json.error.code == "kv_cache_too_large")
      }
    }

    private func gauge(_ name: String, of server: RunningServer, is value: Double) async throws {
      try await eventually("\(name) is \(value)", within: .seconds(10)) {
        try await Metrics.read(server)[name] == value ? () : nil
      }
    }
  }
}
