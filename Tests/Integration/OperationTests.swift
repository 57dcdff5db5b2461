import Testing

extension RealClients {
  @Suite("operation")
  struct OperationTests {
    @Test("the probes say yes", arguments: ["/health", "/livez", "/readyz"])
    func probes(_ path: String) async throws {
      #expect(try await Curl.get(RealClients.server.address + path).status == 200)
    }

    @Test("the model is listed and can be retrieved; another cannot")
    func models() async throws {
      let answers = try await OpenAIClient.run([
        .init(endpoint: "models", arguments: [:]),
        .init(endpoint: "model", arguments: ["model": .string(RunningServer.model)]),
        .init(endpoint: "model", arguments: ["model": "gpt-4"]),
      ])
      #expect(answers[0].data.items.map(\.id).contains(.string(RunningServer.model)))
      #expect(answers[1].id == .string(RunningServer.model))
      #expect(answers[1].object == "model")
      #expect(answers[2].error == "NotFoundError")
    }

    @Test("the metrics count a request's tokens and evictions")
    func metricsCount() async throws {
      let before = try await Metrics.read(RealClients.server)
      _ = try await OpenAIClient.run(
        .completion([
          "prompt": JSON(SeededTokens.make(100)),
          "extra_body": ["kv_cache": "h2o; budget=64", "ignore_eos": true, "cache_prompt": false],
        ]))
      let after = try await Metrics.read(RealClients.server)
      let growth = [
        "vllm:prompt_tokens_total": 100.0, "vllm:generation_tokens_total": 8, "kvota_kv_evicted_total": 43,
        "vllm:request_success_total": 1, "vllm:time_to_first_token_seconds_count": 1,
      ]
      for (name, expected) in growth {
        #expect(try #require(after[name], "\(name)") - (before[name] ?? 0) == expected, "\(name)")
      }
      #expect(try #require(after["kvota_kv_pool_bytes"]) > 0)
    }

    @Test("a server that has answered and has nothing to do uses no processor time")
    func idle() async throws {
      let server = try RealClients.server
      #expect(
        try await Curl.post("/v1/completions", ["prompt": "The sea is", "max_tokens": 16]).status == 200)
      // One compute thread that went on spinning would use 50 ticks in the half second.
      try await eventually("half a second without work", within: .seconds(20)) {
        let before = try server.processorTicks
        try await Task.sleep(for: .milliseconds(500))
        return try server.processorTicks - before <= 2 ? () : nil
      }
    }

    @Test(
      "names that dashboards of vLLM and llama.cpp look for are declared",
      arguments: [
        "vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:e2e_request_latency_seconds",
        "llamacpp:prompt_tokens_total", "llamacpp:tokens_predicted_total", "llamacpp:requests_processing",
      ])
    func familiarNames(_ name: String) async throws {
      #expect(try await Metrics.read(RealClients.server).declared.contains(name))
    }
  }
}
