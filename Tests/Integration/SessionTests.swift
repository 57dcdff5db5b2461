import Foundation
import Testing

extension RealClients {
  @Suite("saved sessions")
  struct SessionTests {
    private static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
      let folder = NSTemporaryDirectory() + "kvota-sessions-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      return try await body(folder)
    }

    private func chat(_ turns: [String], _ more: JSON = [:]) -> JSON {
      let roles = ["user", "assistant"]
      let messages = turns.enumerated().map { index, text -> JSON in
        ["role": .string(roles[index % 2]), "content": .string(text)]
      }
      let body: JSON = ["messages": .array(messages), "session": "talk", "temperature": 0, "max_tokens": 24]
      return body.with(more)
    }

    @Test("a chat moves between two servers that share a folder")
    func moves() async throws {
      try await Self.withFolder { folder in
        try await RunningServer.with(["--session-dir", folder]) { first in
          try await RunningServer.with(["--session-dir", folder]) { second in
            let question =
              "Name three large cities in Italy, and say in one sentence each what they are known for."
            let cache: JSON = ["kv_cache": ["policy": "roco", "budget": 48]]
            let one = try await Curl.post("/v1/chat/completions", chat([question], cache), at: first)
            let answer = try #require(try one.json.choices[0].message.content.string)
            let listed = try await Curl.get(second.address + "/v1/kv/sessions").json.data[0]
            #expect(
              listed.id == "talk" && listed.policy == "roco" && listed.budget == 48 && listed.usable == true)
            let held = try #require(listed.tokens.int)

            let turns = [question, answer, "Which of them is the capital?"]
            let two = try await Curl.post("/v1/chat/completions", chat(turns), at: second)
            #expect(two.status == 200, "\(two.text)")
            #expect(try two.json.usage.prompt_tokens_details.cached_tokens.int == held)
            #expect(
              try two.json.usage.kv_cache.policy == "roco" && two.json.usage.kv_cache.resident.int == 48)

            let three = try await Curl.post("/v1/chat/completions", chat(turns), at: first)
            #expect(try three.status == 400 && three.json.error.code == "session_mismatch")
            let other: JSON = ["kv_cache": ["policy": "roco", "budget": 64]]
            let answered = turns + [try #require(try two.json.choices[0].message.content.string), "Thanks."]
            let four = try await Curl.post("/v1/chat/completions", chat(answered, other), at: first)
            #expect(try four.status == 400 && four.json.error.param == "kv_cache.budget")
            let streamed = try await Curl.post(
              "/v1/chat/completions", chat(answered, ["stream": true]), at: first)
            #expect(streamed.status == 200 && streamed.text.hasSuffix("data: [DONE]\n\n"))

            let path = "/v1/kv/sessions/talk"
            #expect(try await Curl.get(first.address + path).json.tokens.int ?? 0 > held)
            #expect(try await Curl.get(first.address + path, ["--request", "DELETE"]).json.deleted == true)
            #expect(try await Curl.get(second.address + path).status == 404)
          }
        }
      }
    }

    @Test(
      "half a text on one server and half on the next is the text of one",
      arguments: ["full", "roco; budget=24"])
    func goesOn(cache: String) async throws {
      try await Self.withFolder { folder in
        let request: JSON = [
          "prompt": "The sea is", "temperature": 0, "ignore_eos": true, "kv_cache": .string(cache),
        ]
        let whole = try await Curl.post("/v1/completions", request.with(["max_tokens": 64])).json
        let half = request.with(["max_tokens": 32, "session": "text"])
        let first = try await RunningServer.with(["--session-dir", folder]) {
          try await Curl.post("/v1/completions", half, at: $0).json
        }
        let begun = "The sea is" + (first.choices[0].text.string ?? "")
        let second = try await RunningServer.with(["--session-dir", folder]) {
          try await Curl.post("/v1/completions", half.with(["prompt": .string(begun)]), at: $0).json
        }
        #expect(
          (first.choices[0].text.string ?? "?") + (second.choices[0].text.string ?? "?")
            == whole.choices[0].text.string)
        let held = try #require(second.usage.prompt_tokens_details.cached_tokens.int)
        #expect(second.usage.prompt_tokens.int == held + 1)
      }
    }

    @Test(
      "a server that is killed while it saves leaves every session as it was last saved, what was answered for included"
    )
    func killed() async throws {
      try await Self.withFolder { folder in
        let request: JSON = [
          "prompt": JSON(SeededTokens.make(300)), "temperature": 0, "max_tokens": 1, "session": "text",
        ]
        var answered = 0
        for _ in 0..<4 {
          let server = try await RunningServer.start(["--session-dir", folder])
          let held = { try await Curl.get(server.address + "/v1/kv/sessions").json.data[0].tokens.int ?? 300 }
          let before = try await held()
          #expect(before >= answered)
          // Each request is longer than the last by a token, and saves again.
          let saving = Task {
            var latest = before
            for length in (before + 1)... {
              let longer = request.with(["prompt": JSON(SeededTokens.make(length))])
              guard (try? await Curl.post("/v1/completions", longer, at: server).status) == 200 else {
                break
              }
              latest = length
            }
            return latest
          }
          try await eventually("a saved session", within: .seconds(20)) {
            try await held() > before + 3 ? () : nil
          }
          try await server.kill()
          answered = await saving.value
          let names = try FileManager.default.contentsOfDirectory(atPath: folder)
          #expect(names.contains("text.session"))
        }
        try await RunningServer.with(["--session-dir", folder]) { server in
          let session = try await Curl.get(server.address + "/v1/kv/sessions/text").json
          let tokens = try #require(session.tokens.int)
          #expect(tokens >= answered)
          let next = request.with(["prompt": JSON(SeededTokens.make(tokens + 5))])
          let answer = try await Curl.post("/v1/completions", next, at: server)
          #expect(answer.status == 200, "\(answer.text)")
          #expect(try answer.json.usage.prompt_tokens_details.cached_tokens.int == tokens)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["text.session"])
      }
    }

    @Test(
      "a folder that fails is our own fault: 500 with the client's id, and the log says why without the session's name"
    )
    func folderGone() async throws {
      try await Self.withFolder { folder in
        try await RunningServer.with(["--session-dir", folder]) { server in
          try FileManager.default.removeItem(atPath: folder)
          let answer = try await Curl.post(
            "/v1/completions", ["prompt": "x", "session": "Zanzibar", "max_tokens": 1], at: server,
            ["--header", "x-request-id: mine"])
          #expect(try answer.status == 500 && answer.json.error.code == "server_error")
          #expect(answer.headers["x-request-id"] == "mine")
          try await eventually("both lines are in the log", within: .seconds(10)) {
            try server.output.contains("status=500") ? () : nil
          }
          let said = try server.output
          #expect(said.contains("No such file or directory") && !said.contains("Zanzibar"))
        }
      }
    }

    @Test("without a folder there are no sessions, and the error says how to have them")
    func disabled() async throws {
      let answer = try await Curl.post("/v1/completions", ["prompt": "x", "session": "a"])
      #expect(try answer.status == 400 && answer.json.error.code == "sessions_disabled")
      let list = try await Curl.get(try RealClients.server.address + "/v1/kv/sessions")
      #expect(list.status == 404 && list.text.contains("--session-dir"))
    }
  }
}
