import Testing

extension RealClients {
  @Suite("other clients")
  struct FrameworkTests {
    @Test("LangChain and LiteLLM get the same texts whole and streamed, with usage and log-probabilities")
    func frameworks() async throws {
      let answers = try await Script.run("frameworks")
      #expect(answers.names.count == 4)
      for name in answers.names {
        #expect(answers[name].whole.string?.isEmpty == false)
        #expect(answers[name].whole == answers[name].streamed, "\(name)")
      }
      #expect(answers["langchain chat"].whole == answers["litellm chat"].whole)
      #expect(answers["langchain completion"].whole == answers["litellm completion"].whole)
      #expect(answers["langchain chat"].logprobs == answers["langchain chat"].tokens)
    }

    @Test("the asynchronous openai client asks many things at once, and streams say what whole answers say")
    func asynchronous() async throws {
      let answers = try await Script.run("openai_async")
      #expect(answers.answers.items.count == 4 && answers.answers == answers.streamed)
      #expect(
        Set(answers.ids.items).count == 4
          && answers.ids.items.allSatisfy { $0.string?.hasPrefix("req-") == true })
    }

    @Test("the openai client comes again as often as it may, after the time that the server has told it")
    func comesAgain() async throws {
      try await RunningServer.with(["--max-sequences", "1", "--max-queue", "0"]) { server in
        async let running = Curl.post(
          "/v1/completions", ["prompt": "Once upon a time", "max_tokens": 400, "ignore_eos": true], at: server
        )
        try await eventually("a running sequence", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        let turnedAway = try await Script.run("openai_async", ["turnedAway": true], at: server)
        #expect(turnedAway.error == "RateLimitError" && turnedAway.status == 429)
        #expect(turnedAway.request_id == "turned-away" && turnedAway.waits.items.count == 2)
        let seen = try server.output.split(separator: "\n").filter {
          $0.contains("turned-away") && $0.contains("429")
        }
        #expect(seen.count == 3, "the first attempt and two more")
        #expect(try await running.status == 200)
      }
    }

    @Test("a server that stops is an InternalServerError of 503, which the client would try again")
    func stopping() async throws {
      try await RunningServer.with { server in
        async let running = Curl.post(
          "/v1/completions", ["prompt": "Once upon a time", "max_tokens": 600, "ignore_eos": true], at: server
        )
        try await eventually("a running sequence", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        server.terminate()
        try await eventually("refusals", within: .seconds(10)) {
          try await Curl.get(server.address + "/readyz").status == 503 ? () : nil
        }
        let refused = try await OpenAIClient.run([.completion(["prompt": "The sea is"])], at: server)[0]
        #expect(refused.error == "InternalServerError" && refused.status == 503)
        #expect(try await running.status == 200)
      }
    }
  }
}
