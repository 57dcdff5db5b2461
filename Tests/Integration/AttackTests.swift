import Foundation
import Testing
import WireFixtures

extension RealClients {
  /// Servers of their own, with short times, under attack.
  @Suite("attacks")
  struct AttackTests {
    private static let shortTimes = [
      "--header-seconds", "2", "--body-idle-seconds", "2", "--write-stall-seconds", "2",
      "--keep-alive-seconds", "2",
    ]

    @Test(
      "slowhttptest's clients take nothing from another one, who is answered throughout",
      .enabled(if: Surroundings.has("slowhttptest"), "needs slowhttptest: make test"),
      arguments: [
        ["-H", "/livez"], ["-B", "/v1/completions", "-f", "application/json"],
        ["-X", "/metrics", "-k", "10", "-w", "8", "-y", "16", "-z", "2"], ["-R", "/metrics"],
      ])
    func slowClients(attack: [String]) async throws {
      try await RunningServer.with(Self.shortTimes) { server in
        async let ended = Command.run(
          "/usr/bin/env",
          ["slowhttptest", attack[0], "-u", server.address + attack[1]] + attack.dropFirst(2)
            + ["-c", "300", "-r", "150", "-i", "1", "-l", "6", "-p", "2"])
        // The attackers have the address 127.0.0.1, and at most the connections that are for one address.
        let other = ["--interface", "127.0.0.2", "--max-time", "5"]
        var answers: [Int] = []
        let end = ContinuousClock.now + .seconds(6)
        while ContinuousClock.now < end {
          answers.append(try await Curl.get(server.address + "/livez", other).status)
          answers.append(try await Curl.post("/v1/completions", Self.tiny, at: server, other).status)
        }
        #expect(Set(answers) == [200] && answers.count >= 10)
        #expect(try await ended.text.contains("slow HTTP test status"))
        // And the attackers' address is served again once their time is over.
        try await eventually("their address is served", within: .seconds(20)) {
          try await Curl.get(server.address + "/livez").status == 200 ? () : nil
        }
      }
    }

    private static let tiny: JSON = ["prompt": "The sea is", "max_tokens": 1]

    @Test("an idle connection takes less than 48 KiB, and no thread")
    func idleConnections() async throws {
      try await RunningServer.with(["--max-connections-per-address", "512", "--keep-alive-seconds", "60"]) {
        server in
        // What is taken once: pools of memory, threads.
        try await Self.idle(64, at: server) { _ in }
        let (memory, threads) = (try server.residentBytes, try server.threadCount)
        try await Self.idle(500, at: server) { clients in
          let (memoryNow, threadsNow) = (try server.residentBytes, try server.threadCount)
          #expect((memoryNow - memory) / clients.count < 48 << 10)
          #expect(threadsNow <= threads + 1)
        }
      }
    }

    /// So many clients, each of which had an answer and then says nothing.
    private static func idle(
      _ count: Int, at server: RunningServer, _ body: ([RawClient]) throws -> Void
    ) async throws {
      var clients: [RawClient] = []
      for _ in 0..<count {
        let client = try await RawClient(port: server.port)
        try await client.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await client.read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
        clients.append(client)
      }
      try body(clients)
    }

    @Test("a server that has no descriptor left serves again when there is one")
    func descriptorsRunOut() async throws {
      let flags = ["--max-connections-per-address", "512", "--header-seconds", "2"]
      try await RunningServer.with(flags, launcher: ["/bin/bash", "-c", #"ulimit -n 48; exec "$0" "$@""#]) {
        server in
        // All of them connect, though most only to the kernel's queue.
        var clients: [RawClient] = []
        for _ in 0..<100 { clients.append(try await RawClient(port: server.port)) }
        try await eventually("the server says that it takes no connection", within: .seconds(10)) {
          try server.output.contains("no connection taken") ? () : nil
        }
        clients = []
        try await eventually("it serves again", within: .seconds(20)) {
          try await Curl.get(server.address + "/livez").status == 200 ? () : nil
        }
      }
    }
  }
}
