import HTTP
import Testing
import Transport
import WireFixtures

@Suite("A connection that is reset", .timeLimit(.minutes(1)))
struct ResetTests {
  /// What the client has sent and read when it resets.
  enum State: String, CaseIterable {
    case connecting, head, body, waiting, streaming, pipelining, idle
  }

  @Test("gives its place back, in whatever state it was", arguments: State.allCases)
  func freesPlace(state: State) async throws {
    var limits = HTTPLimits()
    limits.connections = 4
    try await withServer(limits) { listener, handler in
      // One that kept its place each time would soon leave none.
      for round in 0..<12 {
        let client =
          state == .connecting ? try await RawClient(port: listener.port) : try await served(listener)
        try await bring(client, to: state, handler)
        client.reset()
        if state == .waiting || state == .streaming || state == .pipelining {
          #expect(await handler.nextEvent() != nil, "the handler of round \(round) ended")
        }
      }
      _ = try await served(listener)
    }
  }

  /// A client that has a place, which the one before may need a moment to leave.
  private func served(_ listener: Listener) async throws -> RawClient {
    while true {
      let client = try await RawClient(port: listener.port)
      try? await client.send(get("/a"))
      if let answer = try? await client.read(through: "/a"), answer.hasPrefix("HTTP/1.1 200") {
        return client
      }
    }
  }

  private func bring(_ client: RawClient, to state: State, _ handler: PathHandler) async throws {
    switch state {
    case .connecting, .idle: break
    case .head: try await client.send("GET /a HTTP/1.1\r\nHo")
    case .body: try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc")
    case .waiting:
      try await client.send(get("/silent"))
      #expect(await handler.nextEvent() == "started")
    case .pipelining:
      try await client.send(get("/silent") + get("/a") + get("/a"))
      #expect(await handler.nextEvent() == "started")
    case .streaming:
      try await client.send(get("/streaming"))
      #expect(await handler.nextEvent() == "started")
      _ = try await client.read(through: "aaaa")
    }
  }
}
