import Foundation
import Testing

extension RealClients {
  @Suite("who may ask")
  struct AccessTests {
    private static let keys = """
      # name  key                      limit
      alice   sk-alice-0123456789abcdef
      bob     sk-bob-0123456789abcdef  max=1
      look    sk-look-0123456789abcdef max=0
      """

    private func withServer(
      _ flags: [String] = [], _ body: (RunningServer, URL) async throws -> Void
    ) async throws {
      let file = try TemporaryFile.make(Data(Self.keys.utf8))
      defer { try? FileManager.default.removeItem(at: file) }
      try protect(file)
      try await RunningServer.with(["--api-key-file", file.path] + flags) { try await body($0, file) }
    }

    private func protect(_ file: URL) throws {
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    @Test("the openai package gets on with the right key, and knows what is wrong with another")
    func package() async throws {
      try await withServer { server, _ in
        let call = OpenAIClient.Call.completion(["prompt": "The sea is"])
        func answer(_ key: String) async throws -> JSON {
          try await OpenAIClient.run([call], at: server, key: key)[0]
        }
        #expect(try await answer("sk-alice-0123456789abcdef").choices[0].finish_reason == "length")
        let wrong = try await answer("sk-alice-0123456789abcdee")
        #expect(wrong.error == "AuthenticationError" && wrong.code == "invalid_api_key")
        #expect(try await answer("sk-look-0123456789abcdef").error == "PermissionDeniedError")
        let page = try await Curl.get(
          server.address + "/metrics", ["--header", "authorization: Bearer sk-look-0123456789abcdef"])
        #expect(Metrics(text: page.text)["kvota_requests_rejected_total"] == 2)
        #expect(try await Curl.get(server.address + "/metrics").status == 401)
        let said = try server.output
        #expect(said.contains("key=alice") && !said.contains("sk-alice") && !said.contains("sk-look"))
      }
    }

    @Test("a refused request's body is not awaited")
    func bodyUnread() async throws {
      try await withServer { server, _ in
        // The body that is announced never comes.
        let refused = try await Curl.get(
          server.address + "/v1/completions",
          [
            "--header", "content-type: application/json", "--header", "content-length: 1000000", "--request",
            "POST",
          ])
        #expect(refused.status == 401)
        #expect(refused.headers["www-authenticate"] == "Bearer")
      }
    }

    @Test("a key's limit is its own, and others are served meanwhile")
    func limit() async throws {
      try await withServer { server, _ in
        let story = OpenAIClient.Call.completion([
          "prompt": "Once", "max_tokens": 600, "extra_body": ["ignore_eos": true],
        ])
        async let first = OpenAIClient.run([story], at: server, key: "sk-bob-0123456789abcdef")
        try await eventually("bob's is there", within: .seconds(20)) {
          let page = try await Curl.get(
            server.address + "/metrics", ["--header", "authorization: Bearer sk-look-0123456789abcdef"])
          return Metrics(text: page.text)["vllm:num_requests_running"] == 1 ? () : nil
        }
        let short = OpenAIClient.Call.completion(["prompt": "Twice"])
        let second = try await OpenAIClient.run([short], at: server, key: "sk-bob-0123456789abcdef")[0]
        #expect(second.error == "RateLimitError")
        let other = try await OpenAIClient.run(
          [short, short], together: true, at: server, key: "sk-alice-0123456789abcdef")
        #expect(other.allSatisfy { $0.choices[0].finish_reason == "length" })
        #expect(try await first[0].choices[0].finish_reason == "length")
      }
    }

    @Test("SIGHUP has the keys read again; a file that is none leaves them as they are")
    func reload() async throws {
      try await withServer { server, file in
        func status(_ key: String) async throws -> Int {
          try await Curl.get(server.address + "/version", ["--header", "authorization: Bearer \(key)"]).status
        }
        try Data("carol sk-carol-0123456789abcdef".utf8).write(to: file)
        try protect(file)
        server.hangUp()
        try await eventually("the new key", within: .seconds(10)) {
          try await status("sk-carol-0123456789abcdef") == 200 ? () : nil
        }
        #expect(try await status("sk-alice-0123456789abcdef") == 401)
        try Data("nonsense".utf8).write(to: file)
        server.hangUp()
        try await eventually("the log says so", within: .seconds(10)) {
          try server.output.contains("could not be read again") ? () : nil
        }
        #expect(try await status("sk-carol-0123456789abcdef") == 200)
        #expect(try !server.output.contains("nonsense"))
      }
    }

    @Test(
      "without keys, pages of others get nothing done, by whatever name they reach the server; programs and its own page do"
    )
    func foreignPages() async throws {
      try await RunningServer.with { server in
        func status(_ fields: [String]) async throws -> Int {
          // As a page sends it that the browser asks nothing about: POST, of no type.
          let arguments = [
            "--data-raw", #"{"prompt": "The sea is", "max_tokens": 1}"#, "--header", "content-type:",
          ]
          return try await Curl.get(
            server.address + "/v1/completions", arguments + fields.flatMap { ["--header", $0] }
          ).status
        }
        let port = try server.port
        #expect(try await status(["origin: https://evil.example"]) == 403)
        #expect(
          try await status(["host: evil.example:\(port)", "origin: http://evil.example:\(port)"]) == 403)
        #expect(try await status(["host: evil.example:\(port)"]) == 403)
        for name in ["127.0.0.1", "localhost", "kvota.localhost"] {
          #expect(try await status(["host: \(name):\(port)", "origin: http://\(name):\(port)"]) == 200)
        }
        #expect(try await status([]) == 200)
      }
      try await RunningServer.with(["--host", "0.0.0.0"]) { server in
        // Containers and clusters have names of their own.
        let address = try "http://127.0.0.1:\(server.port)/v1/models"
        #expect(try await Curl.get(address, ["--header", "host: kvota.default.svc:8080"]).status == 200)
        #expect(try await Curl.get(address, ["--header", "origin: https://evil.example"]).status == 403)
      }
    }

    @Test("a listed web page may call, and sees what it needs of the answer; another may not")
    func origins() async throws {
      try await withServer(["--cors-origins", "https://chat.example"]) { server, _ in
        func call(_ origin: String) async throws -> Curl {
          try await Curl.get(
            server.address + "/v1/models",
            ["--header", "origin: \(origin)", "--header", "authorization: Bearer sk-alice-0123456789abcdef"])
        }
        let allowed = try await call("https://chat.example")
        #expect(allowed.headers["access-control-allow-origin"] == "https://chat.example")
        #expect(allowed.headers["access-control-expose-headers"]?.contains("x-request-id") == true)
        #expect(try await call("https://evil.example").headers["access-control-allow-origin"] == nil)
        let refused = try await Curl.get(
          server.address + "/v1/models", ["--header", "origin: https://chat.example"])
        #expect(refused.status == 401)
        #expect(
          refused.headers["access-control-allow-origin"] == "https://chat.example", "the page may see why")
      }
    }
  }
}
