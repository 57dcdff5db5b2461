import Foundation
import Testing

extension RealClients {
  @Suite("HTTP by curl")
  struct HTTPTests {
    private func status(_ path: String, _ arguments: [String]) async throws -> Curl {
      try await Curl.get(RealClients.server.address + path, arguments)
    }
    private let asJSON = ["--header", "content-type: application/json"]

    @Test("two requests go over one connection")
    func keepAlive() async throws {
      let url = try RealClients.server.address + "/v1/models"
      let command = try await Curl.run([
        "--output", "/dev/null", "--output", "/dev/null", "--write-out", "%{http_code} %{num_connects}\n",
        url, url,
      ])
      #expect(command.text == "200 1\n200 0\n")
    }

    @Test("a path that is not there is 404, in the form of all errors")
    func unknownPath() async throws {
      let answer = try await status("/v2/completions", asJSON + ["--data-raw", "{}"])
      #expect(answer.status == 404)
      #expect(try answer.json.error.names == ["message", "type", "param", "code"])
    }

    @Test("a method that is not allowed is 405 with those that are")
    func wrongMethod() async throws {
      let answer = try await status("/v1/completions", ["--request", "DELETE"])
      #expect(answer.status == 405)
      #expect(answer.headers["allow"]?.contains("POST") == true)
    }

    @Test("a body that is not JSON by its type is 415")
    func wrongType() async throws {
      let answer = try await status(
        "/v1/completions", ["--header", "content-type: text/plain", "--data-raw", "{}"])
      #expect(answer.status == 415)
    }

    @Test("a body that is too large is 413 on its declared length")
    func largeBody() async throws {
      let file = try TemporaryFile.make(Data(count: 9 << 20))
      defer { try? FileManager.default.removeItem(at: file) }
      let answer = try await status("/v1/completions", asJSON + ["--data-binary", "@\(file.path)"])
      #expect(answer.status == 413)
    }

    @Test("a header that is too large is 431, a path that is too long 414")
    func largeHead() async throws {
      let long = String(repeating: "a", count: 9_000)
      #expect(try await status("/v1/models", ["--header", "x-long: \(long)"]).status == 431)
      #expect(try await status("/" + long, []).status == 414)
    }

    @Test("a sane request id comes back, another is replaced, and errors have one too")
    func requestIDs() async throws {
      let own = try await status("/v1/models", ["--header", "x-request-id: my-id_1"])
      #expect(own.headers["x-request-id"] == "my-id_1")
      let unsafe = try await status("/v1/models", ["--header", "x-request-id: a b\"c"])
      let replaced = try #require(unsafe.headers["x-request-id"])
      #expect(!replaced.isEmpty && !replaced.contains("\""))
      #expect(try await status("/nowhere", []).headers["x-request-id"]?.isEmpty == false)
    }

    @Test("a stream is server-sent events that end with [DONE] and has no id lines")
    func streamBytes() async throws {
      let answer = try await Curl.post(
        "/v1/completions", ["prompt": "The sea is", "max_tokens": 4, "stream": true])
      #expect(answer.headers["content-type"]?.hasPrefix("text/event-stream") == true)
      #expect(answer.headers["cache-control"] == "no-cache" && answer.headers["x-accel-buffering"] == "no")
      #expect(answer.text.contains("data: [DONE]\n\n"))
      #expect(!answer.text.contains("\nid:"))
    }

    @Test("who waits for a turn hears a sign of life in its stream within 20 seconds")
    func signOfLife() async throws {
      try await RunningServer.with(["--max-sequences", "1"]) { server in
        async let running = Curl.post(
          "/v1/completions", ["prompt": "Once", "max_tokens": 8_000, "ignore_eos": true], at: server,
          ["--max-time", "30"])
        try await eventually("it is full", within: .seconds(20)) {
          try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
        }
        let waiting = try await Curl.post(
          "/v1/completions", ["prompt": "The sea is", "stream": true], at: server, ["--max-time", "20"])
        #expect(waiting.status == 200 && waiting.text.hasPrefix(": ping\n\n"), "\(waiting.text)")
        _ = try await running
      }
    }

    @Test("HEAD answers without a body")
    func headMethod() async throws {
      let answer = try await status("/v1/models", ["--head"])
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
    }
  }
}
