import Testing
import WireFixtures

extension RealClients {
  @Suite("goodbyes")
  struct DepartureTests {
    private func story(tokens: Int) -> JSON {
      ["prompt": "Once upon a time", "max_tokens": .number(Double(tokens))]
    }

    private func streamedStory(tokens: Int) -> OpenAIClient.Call {
      .completion(story(tokens: tokens).with(["stream": true, "extra_body": ["ignore_eos": true]]))
    }

    @Test("a client that goes away in mid-stream leaves neither work nor memory behind")
    func clientGoesAway() async throws {
      let server = try RealClients.server
      let before = try await Metrics.read(server)
      var call = streamedStory(tokens: 6_000)
      call.closeAfter = 3
      let answer = try await OpenAIClient.run(call)
      #expect(answer.events.items.count == 3)
      let after = try await eventually("no sequence and no promise", within: .seconds(5)) {
        let metrics = try await Metrics.read(server)
        return metrics["vllm:num_requests_running"] == 0 && metrics["kvota_kv_reserved_bytes"] == 0
          ? metrics : nil
      }
      let generated =
        try #require(after["vllm:generation_tokens_total"]) - (before["vllm:generation_tokens_total"] ?? 0)
      #expect(generated >= 3 && generated < 600, "it did not go on: \(generated) tokens")
    }

    @Test("a client that gives up waiting for a whole answer frees it too")
    func clientGivesUp() async throws {
      let server = try RealClients.server
      let body = story(tokens: 6_000).with(["ignore_eos": true])
      let command = try await Curl.run([
        "--max-time", "0.5", "--header", "content-type: application/json", "--data-raw",
        String(decoding: body.encoded(), as: UTF8.self), server.address + "/v1/completions",
      ])
      #expect(command.status == 28, "curl's own time is over")
      try await eventually("no sequence and no promise", within: .seconds(5)) {
        let metrics = try await Metrics.read(server)
        return metrics["vllm:num_requests_running"] == 0 && metrics["kvota_kv_reserved_bytes"] == 0 ? () : nil
      }
    }

    @Test("a client that only ends its input, as `nc -N` does, gets its answer", arguments: [false, true])
    func clientEndsInput(streams: Bool) async throws {
      let client = try await RawClient(port: RealClients.server.port)
      let body = story(tokens: 40).with(["ignore_eos": true, "stream": .boolean(streams)])
      let text = String(decoding: try body.encoded(), as: UTF8.self)
      try await client.send(
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
      )
      client.endInput()
      let answer = try await client.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains(#""finish_reason":"length""#))
    }

    @Test("SIGTERM lets a running stream come to its end, then the server ends with status 0")
    func stopDrains() async throws {
      try await RunningServer.with { server in
        async let answer = OpenAIClient.run([streamedStory(tokens: 400)], at: server)
        try await eventually("the stream runs", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        server.terminate()
        try await eventually("the probe says no", within: .seconds(5)) {
          try await Curl.get(server.address + "/readyz").status == 503 ? () : nil
        }
        #expect(try await Curl.get(server.address + "/v1/models").status == 503)
        let events = try await answer[0].events.items
        #expect(events.last?.choices[0].finish_reason == "length")
        #expect(events.count > 200)
      }
    }

    @Test("a stream that the deadline cuts ends with an error event, so that the client can tell")
    func deadlineCuts() async throws {
      try await RunningServer.with(["--drain-seconds", "1"]) { server in
        let body = story(tokens: 8_000).with(["stream": true, "ignore_eos": true])
        let text = String(decoding: try body.encoded(), as: UTF8.self)
        async let stream = Curl.run([
          "--no-buffer", "--header", "content-type: application/json", "--data-raw", text,
          server.address + "/v1/completions",
        ])
        try await eventually("the stream runs", within: .seconds(10)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        server.terminate()
        let lastEvent = try await stream.text.split(separator: "\n").last
        #expect(lastEvent?.hasPrefix("data: {\"error\":") == true)
      }
    }
  }
}
