import Testing

extension RealClients {
  @Suite("many users, one memory")
  struct SchedulingTests {
    private static let story: JSON = ["prompt": "Once upon a time", "ignore_eos": true, "temperature": 0]

    @Test("two hundred clients that vanish after half a second leave the server idle, and the next is served")
    func manyVanish() async throws {
      try await RunningServer.with(["--max-sequences", "64"]) { server in
        let body = try Self.story.with(["max_tokens": 600, "stream": true]).encoded()
        // From several addresses, as one may have 64 connections.
        try await withThrowingTaskGroup(of: Void.self) { group in
          for host in 2...5 {
            group.addTask {
              let command = try await Curl.run([
                "--parallel", "--parallel-immediate", "--parallel-max", "50", "--max-time", "0.5",
                "--interface", "127.0.0.\(host)", "--header", "content-type: application/json",
                "--data-raw", String(decoding: body, as: UTF8.self), "--output", "/dev/null",
                server.address + "/v1/completions?client=[1-50]",
              ])
              #expect(command.status == 28, "their time is over")
            }
          }
          try await group.waitForAll()
        }
        let metrics = try await eventually("an idle server", within: .seconds(5)) {
          let metrics = try await Metrics.read(server)
          let isIdle = ["vllm:num_requests_running", "vllm:num_requests_waiting", "kvota_kv_reserved_bytes"]
            .allSatisfy { metrics[$0] == 0 }
          return isIdle ? metrics : nil
        }
        #expect(metrics["kvota_kv_used_bytes"] == 0)
        let start = ContinuousClock.now
        let next = try await Curl.post("/v1/completions", Self.story.with(["max_tokens": 8]), at: server)
        #expect(try next.json.usage.completion_tokens == 8)
        #expect(ContinuousClock.now - start < .seconds(3), "at once, as far as a busy machine can tell")
      }
    }

    @Test("a client has no more sequences than one may have; another address may go on")
    func perClient() async throws {
      try await RunningServer.with(["--max-per-client", "1"]) { server in
        async let first = Curl.post("/v1/completions", Self.story.with(["max_tokens": 400]), at: server)
        try await eventually("the first runs", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        let second = try await Curl.post("/v1/completions", Self.story, at: server)
        #expect(second.status == 429 && second.headers["retry-after"].flatMap { Int($0) } != nil)
        #expect(try second.json.error.message.string?.contains("this client has 1") == true)
        let other = try await Curl.get(
          server.address + "/v1/completions",
          [
            "--interface", "127.0.0.9", "--header", "content-type: application/json", "--data-raw",
            String(decoding: Self.story.encoded(), as: UTF8.self),
          ])
        #expect(other.status == 200)
        #expect(try await first.json.usage.completion_tokens == 400)
      }
    }

    @Test("an elastic cache is shrunk for one that waits, and the answer tells so")
    func elastic() async throws {
      // Room for two caches of 256 slots with their columns, not for three.
      try await RunningServer.with(["--kv-memory", "16MiB"]) { server in
        let body = Self.story.with(["max_tokens": 1200, "prompt": JSON(SeededTokens.make(300))])
        let elastic = body.with(["kv_cache": ["policy": "roco", "budget": 256, "elastic": ["min": 64]]])
        async let first = Curl.post("/v1/completions", elastic, at: server)
        async let second = Curl.post("/v1/completions", elastic, at: server)
        try await eventually("both run", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 2 ? () : nil
        }
        let third = try await Curl.post(
          "/v1/completions", body.with(["max_tokens": 8, "kv_cache": "roco; budget=256"]), at: server)
        #expect(try third.json.usage.completion_tokens == 8)
        let caches = try await [first, second].map { try $0.json.usage.kv_cache }
        #expect(caches.contains { $0.shrunk_from == 256 && ($0.budget.int ?? 256) < 256 })
        for cache in caches { #expect((64...256).contains(cache.budget.int ?? 0)) }
      }
    }

    @Test("with guesses the text is the same, and the usage tells how many were right")
    func speculation() async throws {
      let body: JSON = [
        "prompt": .string(String(repeating: "The quick brown fox jumps over the lazy dog. ", count: 6)),
        "max_tokens": 60,
        "temperature": 0,
        "ignore_eos": true,
      ]
      let plain = try await Curl.post("/v1/completions", body).json
      let guessed = try await Curl.post("/v1/completions", body.with(["speculate": 8])).json
      #expect(plain.choices == guessed.choices)
      #expect((guessed.usage.completion_tokens_details.accepted_prediction_tokens.int ?? 0) > 10)
    }

    @Test(
      "a text that nothing ends runs to the context's end, with reason length; n of them share their prompt")
    func contextEnd() async throws {
      try await RunningServer.with(["--context", "300"]) { server in
        let chat: JSON = [
          "messages": [["role": "user", "content": "Count from one to a thousand."]], "ignore_eos": true,
          "n": 3, "seed": 5,
        ]
        let answer = try await Curl.post("/v1/chat/completions", chat, at: server).json
        #expect(answer.choices.items.count == 3)
        for choice in answer.choices.items { #expect(choice.finish_reason == "length") }
        let (prompt, generated) = (
          answer.usage.prompt_tokens.int ?? 0, answer.usage.completion_tokens.int ?? 0
        )
        #expect(generated == 3 * (300 - prompt))
        let refused = try await Curl.post(
          "/v1/completions", Self.story.with(["max_tokens": 300]), at: server)
        #expect(refused.status == 400)
        #expect(try refused.json.error.code == "context_length_exceeded")
      }
    }
  }
}
