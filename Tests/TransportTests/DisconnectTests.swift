import HTTP
import Testing
import Transport
import WireFixtures

@Suite("A client that goes away", .timeLimit(.minutes(1)))
struct DisconnectTests {
  @Test(
    "cancels a handler that is silent, however it goes",
    arguments: ["close", "reset", "end of input, then reset", "ahead of its answers, then reset"])
  func cancelsSilentHandler(way: String) async throws {
    try await withServer { listener, handler in
      try await leave(listener, way, "/silent", handler)
      #expect(await handler.nextEvent() == "cancelled")
    }
  }

  @Test(
    "only with its input gets its answer, though it is asked whether it is there", arguments: ["1.0", "1.1"])
  func answersAfterEndOfInput(version: String) async throws {
    try await withServer { listener, handler in
      let client = try await RawClient(port: listener.port)
      try await client.send("GET /slow HTTP/\(version)\r\nHost: a\r\n\r\n")
      #expect(await handler.nextEvent() == "started")
      client.endInput()
      // The byte that asks is the first of the answer.
      #expect(try await client.read(through: "H") == "H")
      handler.gate.continuation.yield()
      let rest = try await client.readToEnd()
      #expect(rest.hasPrefix("TTP/1.1 200 OK\r\n") && rest.hasSuffix("\r\n\r\ndone"))
    }
  }

  @Test("only with its input gets its stream")
  func streamsAfterEndOfInput() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/stream"))
      client.endInput()
      let answer = try await client.readToEnd()
      #expect(answer.hasPrefix("HTTP/1.1 200 OK") && answer.hasSuffix("data: two\n\n\r\n0\r\n\r\n"))
    }
  }

  @Test("cancels a handler that streams")
  func cancelsStreamingHandler() async throws {
    try await withServer { listener, handler in
      var client: RawClient? = try await RawClient(port: listener.port)
      try await client?.send(get("/streaming"))
      #expect(await handler.nextEvent() == "started")
      _ = try await client?.read(through: "aaaa")
      client = nil
      let outcome = await handler.nextEvent()
      #expect(outcome == "cancelled" || outcome == TransportError.clientGone.description)
    }
  }

  @Test("while still connected but not reading is cut off after the stall time")
  func cutsStalledClient() async throws {
    var limits = HTTPLimits()
    limits.writeStallTime = .milliseconds(100)
    try await withServer(limits) { listener, handler in
      let client = try await RawClient(port: listener.port, receiveBufferBytes: 4096)
      try await client.send(get("/streaming"))
      #expect(await handler.nextEvent() == "started")
      #expect(await handler.nextEvent() == TransportError.writeStalled.description)
      _ = client
    }
  }

  @Test("leaves the server able to serve the next")
  func servesTheNext() async throws {
    try await withServer { listener, handler in
      for _ in 0..<30 {
        try await leave(listener, "reset", "/silent", handler)
        #expect(await handler.nextEvent() == "cancelled")
      }
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/b", "Connection: close\r\n"))
      #expect(try await client.readToEnd().hasSuffix("/b"))
    }
  }

  /// Asks for a path, and goes away when the handler runs.
  private func leave(
    _ listener: Listener, _ way: String, _ path: String, _ handler: PathHandler
  ) async throws {
    let client = try await RawClient(port: listener.port)
    try await client.send(get(path))
    #expect(await handler.nextEvent() == "started")
    if way.contains("ahead") {
      try await client.send(String(repeating: get("/next"), count: 4000))
      // With as much here as is read ahead, it is asked as if it had ended its input.
      #expect(try await client.read(through: "H") == "H")
    }
    if way.contains("end of input") { client.endInput() }
    if way.contains("reset") { client.reset() }
  }
}

extension PathHandler {
  /// The next thing that a handler reported.
  func nextEvent() async -> String? { await events.first { _ in true } }
}
