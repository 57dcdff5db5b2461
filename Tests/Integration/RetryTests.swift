import Foundation
import Testing

extension RealClients {
  @Suite("how often the openai package sends what is refused")
  struct RetryTests {
    private static let keys = """
      alice sk-alice-0123456789abcdef
      look  sk-look-0123456789abcdef  max=0
      """
    private static let authorization = ["--header", "authorization: Bearer sk-alice-0123456789abcdef"]
    /// What a request is refused with, and how often it is then sent if two retries are allowed.
    private static let attempts = [
      400: 1, 401: 1, 403: 1, 404: 1, 405: 1, 408: 3, 409: 3, 413: 1, 414: 1, 415: 1, 417: 1, 429: 3, 431: 1,
    ]

    /// What the package raises; for statuses without a class of their own the common one.
    private static let classes = [
      400: "BadRequestError", 401: "AuthenticationError", 403: "PermissionDeniedError", 404: "NotFoundError",
      409: "ConflictError", 429: "RateLimitError", 503: "InternalServerError",
    ]

    @Test("a mistake is sent once, what may pass is tried again, by the synchronous and by the other client")
    func attempted() async throws {
      let keys = try TemporaryFile.make(Data(Self.keys.utf8))
      let sessions = FileManager.default.temporaryDirectory.appending(path: "kvota-sessions-\(UUID())")
      defer { for place in [keys, sessions] { try? FileManager.default.removeItem(at: place) } }
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys.path)
      let server = try await RunningServer.start([
        "--api-key-file", keys.path, "--session-dir", sessions.path, "--max-body", "64KiB",
        "--body-idle-seconds", "1", "--max-sequences", "1", "--max-queue", "0",
      ])
      defer { server.terminate() }

      let story: JSON = ["prompt": "Once", "max_tokens": 8_000, "ignore_eos": true, "session": "busy"]
      async let running = Curl.post("/v1/completions", story, at: server, Self.authorization)
      try await eventually("it is full", within: .seconds(20)) {
        let page = try await Curl.get(server.address + "/metrics", Self.authorization)
        return Metrics(text: page.text)["vllm:num_requests_running"] == 1 ? () : nil
      }
      try await expect(Self.attempts, at: server)

      server.terminate()
      try await eventually("it stops", within: .seconds(5)) {
        try await Curl.get(server.address + "/readyz").status == 503 ? () : nil
      }
      try await expect([503: 3], at: server)
      try await server.terminateAgain()
      #expect(try await running.status == 0)
    }

    private func expect(_ attempts: [Int: Int], at server: RunningServer) async throws {
      let answers = try await Script.run(
        "openai_retries",
        [
          "key": "sk-alice-0123456789abcdef", "reader": "sk-look-0123456789abcdef",
          "statuses": JSON(attempts.keys.sorted()),
        ], at: server)
      for client in ["sync", "async"] {
        for (status, count) in attempts {
          let answer = answers[client]["\(status)"]
          #expect(answer.status.int == status && answer.attempts.int == count, "\(client): \(answer)")
          #expect(answer.error.string == Self.classes[status, default: "APIStatusError"])
        }
      }
    }
  }
}
