import Foundation
import Testing

extension RealClients {
  @Suite("the log")
  struct LogTests {
    private static let marker = "Zanzibarquartz"

    @Test(
      "no word of a request is in it, at whatever level and whatever becomes of the request",
      arguments: ["text", "json"])
    func noWords(form: String) async throws {
      let folder = NSTemporaryDirectory() + "kvota-log-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try await RunningServer.with(["--log-level", "debug", "--log", form, "--session-dir", folder]) {
        server in
        let word = JSON.string(Self.marker)
        let message: JSON = ["role": "user", "content": word]
        let bodies: [(String, JSON)] = [
          ("/v1/completions", ["prompt": word, "max_tokens": 4]),
          ("/v1/completions", ["prompt": word, "max_tokens": 4, "stream": true, "user": word]),
          ("/v1/completions", ["prompt": "a", "max_tokens": 4, "session": word]),
          ("/v1/completions", ["prompt": word, "max_tokens": 4, "session": word]),
          ("/v1/completions", ["prompt": word, "max_tokens": 1_000_000]),
          ("/v1/completions", ["prompt": word, "temperature": word]),
          ("/v1/completions", ["prompt": word, "model": word]), ("/v1/completions", ["prompt": ["a": word]]),
          ("/v1/completions", ["prompt": "a", "max_tokens": 4, "stop": [word], "session": word]),
          ("/v1/chat/completions", ["messages": [message], "max_tokens": 4, "stop": [word]]),
          ("/v1/chat/completions", ["messages": [message], "max_tokens": 4, word.string ?? "": word]),
          ("/v1/chat/completions", ["messages": [["role": word, "content": word]]]),
          ("/v1/chat/completions", ["messages": [message], "kv_cache": word]),
          ("/tokenize", ["content": word]),
        ]
        for (path, body) in bodies { _ = try await Curl.post(path, body, at: server) }
        for path in ["/v1/kv/sessions/", "/v1/models/"] {
          for arguments in [[], ["--request", "DELETE"], ["--request", "PUT"]] {
            _ = try await Curl.get(server.address + path + Self.marker, arguments)
          }
        }
        _ = try await Curl.get(server.address + "/version", ["--header", "x-kvota-kv: \(Self.marker)"])
        _ = try await Curl.get(
          server.address + "/v1/completions",
          ["--header", "x-kvota-kv: \(Self.marker)", "--header", "content-type: application/json"]
            + ["--data-raw", "{\"prompt\": \"\(Self.marker)\""])
        // A client that goes away in the middle.
        _ = try await Curl.run([
          "--max-time", "0.3", "--header", "content-type: application/json", "--data-raw",
          #"{"prompt": "\#(Self.marker)", "max_tokens": 4000, "ignore_eos": true}"#,
          server.address + "/v1/completions",
        ])
        try await eventually("all of them are in the log", within: .seconds(20)) {
          try server.output.components(separatedBy: "/v1/completions").count > 10
            && server.output.contains("abort") ? () : nil
        }
        let lines = try server.output.split(separator: "\n").filter { $0.contains(Self.marker) }
        #expect(lines.isEmpty, "\(lines)")
      }
    }

    @Test(
      "a log that cannot be written ends nothing: its disk is full, or nobody reads it any more",
      arguments: ["2> /dev/full", "2> >(exec true)"])
    func unwritable(redirection: String) async throws {
      let launcher = ["/bin/bash", "-c", #"exec "$0" "$@" "# + redirection]
      try await RunningServer.with(["--log-level", "debug"], launcher: launcher) { server in
        for _ in 0..<3 {
          let answer = try await Curl.post(
            "/v1/completions", ["prompt": "The sea is", "max_tokens": 4], at: server)
          #expect(answer.status == 200)
        }
      }
    }

    @Test("a result that cannot be written is an error, and says so")
    func unwritableResult() async throws {
      let command = try await Command.run(
        "/bin/sh", ["-c", #""$0" policies > /dev/full"#, #require(Surroundings.binary)])
      #expect(command.status == 1 && command.errors.contains("standard output cannot be written"))
    }

    @Test("a line of JSON is an object that says where the time of a request went")
    func json() async throws {
      try await RunningServer.with(["--log", "json"]) { server in
        let odd = "/odd%22path%0A?\"'<>\\"
        _ = try await Curl.run(["--globoff", "--path-as-is", "--request-target", odd, server.address])
        for _ in 0..<2 {
          _ = try await Curl.get(
            server.address + "/v1/completions",
            ["--header", "content-type: application/json", "--header", "x-request-id: 12345"]
              + ["--data-raw", #"{"prompt": "The sea is", "max_tokens": 5, "ignore_eos": true, "n": 2}"#])
        }
        let lines = try await eventually("both requests", within: .seconds(10)) {
          let lines = try server.output.split(separator: "\n").filter { $0.hasPrefix("{") }
            .map { try JSON.parse(Data($0.utf8)) }
          return lines.count { $0.id == "12345" } == 2 ? lines : nil
        }
        let line = try #require(lines.last { $0.id == "12345" })
        #expect(line.method == "POST" && line.path == "/v1/completions" && line.status == 200)
        #expect(
          line.completion_tokens == 10 && line.finish_reason == "length" && line.prompt_tokens.int ?? 0 > 2)
        func seconds(_ name: String) throws -> Double {
          guard case .number(let value) = line[name] else { throw DeadlineMissed(description: "no \(name)") }
          return value
        }
        let parts = try ["queue_seconds", "prefill_seconds", "decode_seconds"].map(seconds)
        #expect(try parts.allSatisfy { $0 >= 0 } && seconds("decode_seconds") > 0)
        #expect(try seconds("ttft_seconds") <= seconds("seconds") && seconds("ttft_seconds") > 0)
        #expect(lines.contains { $0.status == 404 && $0.path.string?.hasPrefix("/odd") == true })
      }
    }
  }
}
