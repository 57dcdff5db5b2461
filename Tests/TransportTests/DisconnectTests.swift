import HTTP
import Testing
import Transport

@Suite("A client that goes away", .timeLimit(.minutes(1)))
struct DisconnectTests {
  @Test("cancels a handler that is silent, however it goes", arguments: ["close", "reset", "end of input"])
  func cancelsSilentHandler(way: String) async throws {
    try await withServer { listener, handler in
      let client = try await leave(listener, way, "/silent", handler)
      #expect(await handler.nextEvent() == "cancelled")
      _ = client
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
        _ = try await leave(listener, "reset", "/silent", handler)
        #expect(await handler.nextEvent() == "cancelled")
      }
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/b", "Connection: close\r\n"))
      #expect(try await client.readToEnd().hasSuffix("/b"))
    }
  }

  /// Asks for a path, and goes away when the handler runs; the client that only ended its input is kept.
  private func leave(
    _ listener: Listener, _ way: String, _ path: String, _ handler: PathHandler
  ) async throws -> RawClient? {
    let client = try await RawClient(port: listener.port)
    try await client.send(get(path))
    #expect(await handler.nextEvent() == "started")
    switch way {
    case "reset": client.reset()
    case "end of input":
      client.endInput()
      return client
    default: break
    }
    return nil
  }
}

extension PathHandler {
  /// The next thing that a handler reported.
  func nextEvent() async -> String? { await events.first { _ in true } }
}
