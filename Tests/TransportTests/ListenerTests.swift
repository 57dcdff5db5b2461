import HTTP
import Logging
import Testing
import Transport
import WireFixtures

@Suite("Listener", .timeLimit(.minutes(1)))
struct ListenerTests {
  @Test(
    "an address that cannot be used is named",
    arguments: [("nonsense", 0), ("127.0.0.1", 70_000), ("192.0.2.1", 0)])
  func refusesAddress(host: String, port: Int) async throws {
    let error = try await #require(throws: TransportError.self) { try await listener(host, port) }
    #expect(error.description.contains("'\(host)', port \(port)"))
  }

  @Test(
    "IPv4, IPv6 and localhost are bound to a free port",
    arguments: ["127.0.0.1", "localhost", "::1", "[::1]"])
  func bindsLiterals(host: String) async throws {
    #expect(try await listener(host, 0).port > 0)
  }

  @Test("a port in use is refused, and the reason given")
  func refusesPortInUse() async throws {
    try await withServer { first, _ in
      let error = try await #require(throws: TransportError.self) {
        try await listener("127.0.0.1", first.port)
      }
      #expect(error.description.contains("ddress already in use"))
    }
  }

  @Test("200 clients at once are all served, several times")
  func servesMany() async throws {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 200
    try await withServer(limits) { listener, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<200 {
          group.addTask {
            let client = try await RawClient(port: listener.port)
            for round in 0..<3 {
              let path = "/\(number)-\(round)."
              try await client.send(get(path))
              #expect(try await client.read(through: path).hasSuffix("\r\n\r\n" + path))
            }
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test("a client beyond the limit of its address is told 503, and place is free again later")
  func limitsConnectionsPerAddress() async throws {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 1
    try await withServer(limits) { listener, _ in
      let first = try await RawClient(port: listener.port)
      try await first.send(get("/a"))
      _ = try await first.read(through: "/a")
      let second = try await RawClient(port: listener.port)
      #expect(try await second.readToEnd().hasPrefix("HTTP/1.1 503 "))
      try await first.send(get("/b", "Connection: close\r\n"))
      first.endInput()
      _ = try await first.readToEnd()
      #expect(try await eventuallyServed(listener))
    }
  }

  @Test("a graceful stop lets a running request finish and closes idle connections")
  func stopsGracefully() async throws {
    try await withServer { listener, handler in
      let idle = try await RawClient(port: listener.port)
      try await idle.send(get("/a"))
      _ = try await idle.read(through: "/a")
      let busy = try await RawClient(port: listener.port)
      try await busy.send(get("/slow"))
      #expect(await handler.nextEvent() == "started")
      async let stopped: Void = listener.stop(within: .seconds(30))
      #expect(try await idle.readToEnd() == "")
      handler.gate.continuation.yield()
      let response = try await busy.readToEnd()
      #expect(response.hasSuffix("done") && response.contains("Connection: close"))
      await stopped
      await #expect(throws: RawClient.Failure.self) { try await RawClient(port: listener.port) }
    }
  }

  @Test("a request that runs beyond the grace time is cancelled")
  func cutsAfterGrace() async throws {
    try await withServer { listener, handler in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/silent"))
      #expect(await handler.nextEvent() == "started")
      await listener.stop(within: .milliseconds(20))
      #expect(await handler.nextEvent() == "cancelled")
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 503 "))
    }
  }

  private func listener(_ host: String, _ port: Int) async throws -> Listener {
    try await Listener(
      on: [.address(.internet(host: host, port: port))], limits: HTTPLimits(), handler: PathHandler(),
      logger: Logger(label: "test"))
  }

  /// The server frees a place a moment after the client saw the end, so a first try may come too early.
  private func eventuallyServed(_ listener: Listener) async throws -> Bool {
    for _ in 0..<200 {
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/c", "Connection: close\r\n"))
      if let response = try? await client.readToEnd(), response.hasSuffix("/c") { return true }
    }
    return false
  }
}
