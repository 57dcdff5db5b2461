import Foundation
import Testing

extension RealClients {
  @Suite("watched caches")
  struct WatchTests {
    private static let story = "Once upon a time there was a small village by the sea, and in it "

    private func body(_ cache: JSON, tokens: Int = 120) -> JSON {
      [
        "prompt": .string(String(repeating: Self.story, count: 12)), "max_tokens": .number(Double(tokens)),
        "temperature": 0, "ignore_eos": true, "kv_cache": cache, "cache_prompt": false,
      ]
    }

    private func watch(
      _ id: String, _ body: JSON, manner: String = "all", at server: RunningServer
    ) async throws -> JSON {
      let session: JSON = [
        "address": .string(server.address), "id": .string(id), "body": body, "manner": .string(manner),
      ]
      let command = try await Command.run(
        try #require(Surroundings.python), [Surroundings.clients + "/watch.py"], input: session.encoded())
      try #require(command.status == 0, "\(command.errors)")
      return try JSON.parse(command.output)
    }

    @Test("what a viewer adds up is what the usage says, read at once or only after the end")
    func countsAgree() async throws {
      try await RunningServer.with(["--kv-events", "on"]) { server in
        for (index, cache) in ["roco; budget=64", "tova; budget=50%; allocator=ada", "full"].enumerated() {
          for manner in ["all", "slow"] {
            let seen = try await watch("\(manner)-\(index)", body(.string(cache)), manner: manner, at: server)
            let usage = seen.answer.usage
            #expect(seen.type == "text/event-stream")
            #expect(seen.resident == usage.kv_cache.resident)
            let last = try #require(seen.events.items.last)
            #expect(last.type == "end" && last.finish_reason == "length")
            #expect(last.resident == usage.kv_cache.resident && last.evicted == usage.kv_cache.evicted)
            #expect(seen.tokens == usage.total_tokens)
            let text = try #require(seen.text.string)
            let answer = try #require(seen.answer.choices[0].text.string)
            #expect(text.hasSuffix(answer))
            #expect(seen.events.items[0].layers == 30 && seen.events.items[0].kv_heads == 3)
            if manner == "all" { #expect(seen.events.items.count > 10) }
            #expect(try #require(seen.most_bytes.int) < 40_000)
          }
        }
      }
    }

    @Test("a viewer that leaves changes nothing for the request, and the server forgets it")
    func leaving() async throws {
      try await RunningServer.with(["--kv-events", "on"]) { server in
        let seen = try await watch("leaves", body("roco; budget=64"), manner: "leave", at: server)
        #expect(seen.events.items.count == 3)
        #expect(seen.answer.usage.completion_tokens == 120)
        #expect(try await Metrics.read(server)["kvota_kv_reserved_bytes"] == 0)
      }
    }

    @Test("a request that is refused, and one that never comes, are told to the viewer")
    func noRequest() async throws {
      try await RunningServer.with(["--kv-events", "on"]) { server in
        async let unknown = Curl.get(server.address + "/v1/kv/nobody/events")
        let refused = try await watch("refused", body("nonsense"), at: server)
        #expect(refused.answer.error.param == "kv_cache.policy")
        let event = try #require(
          try await unknown.text.split(separator: "\n").last { $0.hasPrefix("data: ") })
        let error = try JSON.parse(Data(event.dropFirst(6).utf8)).error
        #expect(error.code == "request_not_found")
        #expect(try await Curl.get(server.address + "/v1/kv/a%20b/events").status == 400)
      }
    }

    @Test("a viewer that waits for nobody does not hold up a server that stops")
    func stopping() async throws {
      let head = try TemporaryFile.make()
      defer { try? FileManager.default.removeItem(at: head) }
      let waiting = try await RunningServer.with(["--kv-events", "on"]) { server in
        let waiting = Task {
          try await Curl.run(["--dump-header", head.path, server.address + "/v1/kv/nobody/events"])
        }
        try await eventually("the viewer is here", within: .seconds(10)) {
          try String(contentsOf: head, encoding: .utf8).contains("200") ? () : nil
        }
        return waiting
      }
      _ = try await waiting.value
    }

    @Test("unless the server is told to, it shows nothing, and says how to change that")
    func offByDefault() async throws {
      let answer = try await Curl.get(RealClients.server.address + "/v1/kv/a/events")
      #expect(answer.status == 404)
      #expect(try answer.json.error.code == "kv_events_disabled")
      #expect(try #require(answer.json.error.message.string).contains("--kv-events on"))
    }

    @Test("the server lists policies and options as the command line does")
    func policies() async throws {
      let answer = try await Curl.get(RealClients.server.address + "/v1/kv/policies")
      let command = try await Command.run(try #require(Surroundings.binary), ["policies", "--json"])
      #expect(try answer.json == JSON.parse(command.output))
      #expect(try answer.json.policies.items.contains { $0.name == "roco" })
      #expect(
        try answer.json.options.items.first(where: { $0.name == "allocator" })?.values.items.contains("ada")
          == true)
    }
  }
}
