import Foundation
import Testing

extension RealClients {
  @Suite("a server's life")
  struct LifeTests {
    @Test(
      "the service manager is told when the model is loaded, that the engine gets on, of reading again and of the end",
      arguments: ["/tmp/kvota-notify-\(UUID())", "@kvota-notify-\(UUID())"])
    func notifies(socket: String) async throws {
      let manager = try DatagramReceiver(socket)
      var heard: [String] = []
      func hear(_ text: String) async throws {
        try await eventually("'\(text)' in \(heard)", within: .seconds(20)) {
          heard += manager.received()
          return heard.contains { $0.contains(text) } ? () : nil
        }
      }
      try await RunningServer.with(environment: ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "400000"]) {
        server in
        try await hear("READY=1\nSTATUS=serving ")
        #expect(heard.first?.hasPrefix("STATUS=loading ") == true)
        heard.removeAll()
        try await hear("WATCHDOG=1")
        heard.removeAll()
        async let story = Curl.post(
          "/v1/completions", ["prompt": "Once", "max_tokens": 400, "ignore_eos": true], at: server)
        try await isRunning(server)
        try await hear("WATCHDOG=1")
        server.hangUp()
        try await hear("RELOADING=1\nMONOTONIC_USEC=")
        try await hear("READY=1")
        server.terminate()
        try await hear("STOPPING=1")
        #expect(try await story.status == 200)
      }
      heard += manager.received()
      #expect(
        heard.last { $0.hasPrefix("READY") || $0.hasPrefix("STOPPING") }?.hasPrefix("STOPPING=1") == true)
    }

    @Test(
      "what loading would refuse is refused when only the settings are checked",
      arguments: [
        (["--model", #filePath], "not a GGUF file"), (["--model", "/dev"], "config.json"),
        (["--kv-memory", "1KiB"], "a cache pool of 1024 bytes"),
      ])
    func checks(arguments: [String], reason: String) async throws {
      let model = try #require(Surroundings.model)
      let command = try await Command.run(
        try #require(Surroundings.binary),
        ["serve", "--check-config"] + (arguments[0] == "--model" ? [] : ["--model", model]) + arguments)
      #expect(command.status != 0 && command.errors.contains(reason), "\(command.errors)")
    }

    @Test(
      "what comes while a server stops is told when to come again; a whole answer that the deadline cuts is a 503"
    )
    func stops() async throws {
      try await RunningServer.with(["--drain-seconds", "3"]) { server in
        let body = #"{"prompt": "Once", "max_tokens": 8000, "ignore_eos": true}"#
        async let answer = Curl.get(
          server.address + "/v1/completions",
          [
            "--header", "content-type: application/json", "--header", "x-request-id: mine", "--data-raw",
            body,
          ])
        try await isRunning(server)
        server.terminate()
        let refused = try await eventually("a refusal", within: .seconds(5)) {
          let other = try await Curl.post("/v1/completions", ["prompt": "Twice"], at: server)
          return other.status == 503 ? other : nil
        }
        #expect(refused.headers["retry-after"] == "5")
        #expect(try await Curl.get(server.address + "/livez").status == 200)
        let cut = try await answer
        #expect(try cut.status == 503 && cut.json.error.code == "service_unavailable")
        #expect(cut.headers["x-request-id"] == "mine")
      }
    }

    @Test("a second signal ends the server at once, which is no good end")
    func secondSignal() async throws {
      let server = try await RunningServer.start()
      async let answer = Curl.post(
        "/v1/completions", ["prompt": "Once", "max_tokens": 8_000, "ignore_eos": true], at: server)
      try await isRunning(server)
      server.terminate()
      try await eventually("it stops", within: .seconds(5)) {
        try await Curl.get(server.address + "/readyz").status == 503 ? () : nil
      }
      try await server.terminateAgain()
      #expect(try await answer.status == 0)
    }

    /// They answer within milliseconds; a second is what only a loop that is held up takes, not a machine that others use too.
    @Test(
      "while a long prompt is being fed, most probes are answered within 50 ms, and 99 of 100 within a second"
    )
    func probes() async throws {
      try await RunningServer.with { server in
        async let answer = Curl.post(
          "/v1/completions", ["prompt": JSON(SeededTokens.make(4_000)), "max_tokens": 1], at: server)
        try await isRunning(server)
        var seconds: [Double] = []
        for path in ["/livez", "/readyz", "/metrics"] {
          // As probes come: each with a connection of its own.
          let command = try await Curl.run([
            "--header", "connection: close", "--output", "/dev/null",
            "--write-out", "%{http_code} %{time_total}\n", "\(server.address)\(path)?[1-100]",
          ])
          for line in command.text.split(separator: "\n") {
            #expect(line.hasPrefix("200 "))
            seconds.append(try #require(Double(line.dropFirst(4))))
          }
        }
        try #require(seconds.count == 300)
        seconds.sort()
        #expect(seconds[150] < 0.05 && seconds[296] < 1, "\(seconds)")
        #expect(
          try await Metrics.read(server)["vllm:generation_tokens_total"] == 0,
          "the prompt was still being fed")
        #expect(try await answer.status == 200)
      }
    }

    private func isRunning(_ server: RunningServer) async throws {
      try await eventually("it computes", within: .seconds(20)) {
        try await Metrics.read(server)["vllm:num_requests_running"] == 1 ? () : nil
      }
    }
  }
}
