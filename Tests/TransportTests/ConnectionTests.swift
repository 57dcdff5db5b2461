import HTTP
import Testing
import WireFixtures

@Suite("Connection", .timeLimit(.minutes(1)))
struct ConnectionTests {
  @Test("one connection serves request after request")
  func keepsAlive() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      for path in ["/a", "/b", "/c"] {
        try await client.send(get(path))
        #expect(try await client.read(through: "\r\n\r\n").contains("Connection: keep-alive"))
        #expect(try await client.read(through: path) == path)
      }
    }
  }

  @Test("pipelined requests are answered in order, the last after the end of input too")
  func answersInOrder() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/1") + get("/2") + get("/3"))
      client.endInput()
      let bodies = try await client.readToEnd().components(after: "\r\n\r\n", length: 2)
      #expect(bodies == ["/1", "/2", "/3"])
    }
  }

  @Test("a request that comes while another is being answered is answered next")
  func servesWhatCameMeanwhile() async throws {
    try await withServer { listener, handler in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/slow"))
      #expect(await handler.events.first { _ in true } == "started")
      try await client.send(get("/next"))
      handler.gate.continuation.yield()
      #expect(try await client.read(through: "done").hasSuffix("done"))
      #expect(try await client.read(through: "/next").hasSuffix("/next"))
    }
  }

  @Test("a chunked body reaches the handler whole")
  func readsChunks() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      try await client.send("3\r\nabc\r\n")
      try await client.send("2\r\nde\r\n0\r\n\r\n")
      #expect(try await client.read(through: "abcde").hasSuffix("\r\n\r\nabcde"))
    }
  }

  @Test("a body of the largest size is read")
  func readsLargeBody() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      let size = 8 << 20
      async let response = client.readToEnd()
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n")
      try await client.send([UInt8](repeating: 98, count: size))
      #expect(try await response.utf8.count(where: { $0 == 98 }) == size)
    }
  }

  @Test("a client that asks first is told to continue")
  func continues() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
      #expect(try await client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
      try await client.send("hi")
      #expect(try await client.read(through: "hi").hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test("HEAD gets a head, and the connection goes on")
  func answersHead() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await client.read(through: "\r\n\r\n").contains("Content-Length: 4\r\n"))
      try await client.send(get("/b"))
      #expect(try await client.read(through: "/b").hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test("a stream comes in chunks and keeps the connection")
  func streams() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/stream"))
      #expect(try await client.read(through: "\r\n\r\n").contains("Transfer-Encoding: chunked"))
      let body = try await client.read(through: "0\r\n\r\n")
      #expect(body == "b\r\ndata: one\n\n\r\nb\r\ndata: two\n\n\r\n0\r\n\r\n")
      try await client.send(get("/b"))
      #expect(try await client.read(through: "/b").hasPrefix("HTTP/1.1 200 OK"))
    }
  }

  @Test("a stream to HTTP/1.0 ends with the connection")
  func streamsToOldClient() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
      let response = try await client.readToEnd()
      #expect(response.hasSuffix("\r\n\r\ndata: one\n\ndata: two\n\n"))
      #expect(response.contains("Connection: close"))
    }
  }

  @Test("the handler sees the peer's address")
  func tellsAddress() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/peer", "Connection: close\r\n"))
      #expect(try await client.readToEnd().hasSuffix("\r\n\r\n127.0.0.1"))
    }
  }

  @Test("a handler that fails or sends nothing answers 500", arguments: ["/broken", "/nothing"])
  func answersForFailedHandler(path: String) async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get(path, "Connection: close\r\n"))
      #expect(try await client.readToEnd().hasPrefix("HTTP/1.1 500 "))
    }
  }

  @Test("a stream that fails is cut without its end, so that the client can tell")
  func cutsFailedStream() async throws {
    try await withServer { listener, _ in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/broken-stream"))
      #expect(try await client.readToEnd().hasSuffix("4\r\nhalf\r\n"))
    }
  }
}

extension String {
  /// What follows each occurrence of `marker`, of this length.
  fileprivate func components(after marker: String, length: Int) -> [String] {
    var found: [String] = []
    var rest = Array(utf8)[...]
    let marker = Array(marker.utf8)
    while !rest.isEmpty {
      if rest.starts(with: marker) {
        found.append(String(decoding: rest.dropFirst(marker.count).prefix(length), as: UTF8.self))
      }
      rest = rest.dropFirst()
    }
    return found
  }
}
