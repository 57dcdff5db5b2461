import HTTP
import Testing
import WireFixtures

@Suite("Refusals", .timeLimit(.minutes(1)))
struct RefusalTests {
  @Test("a malformed request gets 400, and nothing behind it is answered")
  func closesAfterMalformed() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("GET / HTTP/1.1\r\nHost : a\r\n\r\n" + get("/next"))
      let response = try await client.readToEnd()
      #expect(response.hasPrefix("HTTP/1.1 400 Bad Request"))
      #expect(response.contains("Connection: close") && !response.contains("/next"))
    }
  }

  @Test("a body declared too large is refused before it is sent")
  func refusesDeclaredLength() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n")
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test("a client that sends a refused body anyway can still read why")
  func lingersForSendingClient() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 8388609\r\n\r\n")
      try await client.send([UInt8](repeating: 97, count: 4 << 20))
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 413 "))
    }
  }

  @Test("a refused route does not wait for the body")
  func refusesByHead() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 404 "))
    }
  }

  @Test("a refused route without a body leaves the connection open")
  func keepsConnectionAfterRefusal() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/refused") + get("/b"))
      #expect(try await client.read(through: "no route").hasPrefix("HTTP/1.1 404 "))
      #expect(try await client.read(through: "/b").contains("200 OK"))
    }
  }

  @Test("a header section that takes too long gets 408")
  func limitsHeaderTime() async throws {
    var limits = HTTPLimits()
    limits.headerTime = .milliseconds(500)
    try await withServer(limits) { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("GET / HT")
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test("a body that stalls gets 408")
  func limitsBodyTime() async throws {
    var limits = HTTPLimits()
    limits.bodyIdleTime = .milliseconds(50)
    try await withServer(limits) { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test("large bodies have room together until they are taken; one too many gets 503, and small ones pass")
  func boundsLargeBodies() async throws {
    var limits = HTTPLimits()
    (limits.bodyBytes, limits.largeBodiesBytes) = (100_000, 0)
    try await withServer(limits) { listener, handler in
      func send(_ path: String, bytes: Int) async throws -> RawClient {
        let client = try await RawClient(port: listener.port)
        let body = String(repeating: "a", count: bytes)
        try await client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(bytes)\r\n\r\n" + body)
        return client
      }
      let holding = try await send("/slow", bytes: 60_000)
      #expect(await handler.nextEvent() == "started")
      #expect(try await send("/echo", bytes: 60_000).readToEnd().hasPrefix("HTTP/1.1 503 "))
      #expect(try await send("/echo", bytes: 30_000).read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
      handler.gate.continuation.yield()
      #expect(try await holding.read(through: "done").hasPrefix("HTTP/1.1 200 "))
      // What is taken is no longer held, though its answer is still to come.
      let taking = try await send("/taking", bytes: 60_000)
      #expect(await handler.nextEvent() == "started")
      #expect(try await send("/echo", bytes: 60_000).read(through: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
      handler.gate.continuation.yield()
      #expect(try await taking.read(through: "done").hasPrefix("HTTP/1.1 200 "))
    }
  }

  @Test("whoever words the refusal of a body is told which request it belongs to")
  func refusesWithHead() async throws {
    var limits = HTTPLimits()
    limits.bodyBytes = 1
    try await withServer(limits) { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n")
      #expect(try await client.readToEnd().hasSuffix(" /echo"))
    }
  }

  @Test("an idle connection is closed without a word")
  func limitsIdleTime() async throws {
    var limits = HTTPLimits()
    limits.keepAliveTime = .milliseconds(50)
    try await withServer(limits) { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/a"))
      #expect(try await client.readToEnd().hasSuffix("\r\n\r\n/a"))
    }
  }

  @Test("the last request a connection may send is told so")
  func limitsRequests() async throws {
    var limits = HTTPLimits()
    limits.requestsPerConnection = 2
    try await withServer(limits) { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/1") + get("/2") + get("/3"))
      let response = try await client.readToEnd()
      #expect(response.hasSuffix("/2") && response.contains("Connection: close"))
    }
  }
}
