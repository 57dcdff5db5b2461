import CertificateFixtures
import Foundation
import HTTP
import Testing
import Transport
import WireFixtures

@Suite("Connection under TLS", .timeLimit(.minutes(2)))
struct TLSConnectionTests {
  @Test(
    "curl is served by both versions, with both kinds of keys", arguments: ["1.2", "1.3"],
    [CertificateFiles.Key.ecdsa, .rsa])
  func serves(version: String, kind: CertificateFiles.Key) async throws {
    try await withSecureServer(kind) { listener, _, files in
      let answer = try await Tool.curl(
        "--cacert", files.certificate, "--tlsv\(version)", "--tls-max", version,
        "https://localhost:\(listener.port)/a", "https://localhost:\(listener.port)/b",
        "--write-out", " %{num_connects}\n")
      #expect(answer.output == "/a 1\n/b 0\n", "both over one connection")
    }
  }

  @Test("the largest body goes both ways unharmed")
  func carriesLargeBodies() async throws {
    try await withSecureServer { listener, _, files in
      let body = Data((0..<8 << 20).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) })
      let file = URL(filePath: files.certificate + ".body")
      try body.write(to: file)
      let answer = try await Tool.curl(
        "--cacert", files.certificate, "--data-binary", "@\(file.path)", "--header", "Expect:", "--output",
        file.path + ".back", "https://localhost:\(listener.port)/echo")
      #expect(answer.status == 0)
      try #expect(Data(contentsOf: URL(filePath: file.path + ".back")) == body)
    }
  }

  @Test("a stream comes piece by piece")
  func streams() async throws {
    try await withSecureServer { listener, _, files in
      let answer = try await Tool.curl(
        "--no-buffer", "--cacert", files.certificate, "https://localhost:\(listener.port)/stream")
      #expect(answer.output == "data: one\n\ndata: two\n\n")
    }
  }

  @Test(
    "what OpenSSL has outgrown is refused",
    arguments: [
      ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], ["-tls1", "-cipher", "DEFAULT@SECLEVEL=0"],
      ["-tls1_2", "-cipher", "AES128-GCM-SHA256"], ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
      ["-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256"], ["-groups", "P-521"], ["-alpn", "h2"],
    ])
  func refuses(arguments: [String]) async throws {
    try await withSecureServer { listener, _, _ in
      let client = try await Tool.tlsClient(port: listener.port, arguments)
      #expect(client.status != 0 && client.output.contains("alert"), "\(client.output)")
    }
  }

  @Test("a client that also speaks HTTP/2 is told HTTP/1.1")
  func choosesProtocol() async throws {
    try await withSecureServer { listener, _, _ in
      let client = try await Tool.tlsClient(port: listener.port, ["-alpn", "h2,http/1.1"])
      #expect(client.output.contains("ALPN protocol: http/1.1"))
    }
  }

  @Test("no session is taken up again", arguments: ["-tls1_2", "-tls1_3"])
  func resumesNothing(version: String) async throws {
    try await withSecureServer { listener, _, _ in
      let client = try await Tool.tlsClient(port: listener.port, [version, "-reconnect"])
      #expect(client.output.contains("New, TLSv1."))
      #expect(!client.output.contains("Reused"))
    }
  }

  @Test("a client that wants to negotiate again does not get it")
  func refusesRenegotiation() async throws {
    try await withSecureServer { listener, _, files in
      let client = try SecureClient(port: listener.port, ["-tls1_2"])
      _ = await client.read(through: "Verify return code")
      try client.send("R\n")
      #expect(await client.read(through: "no renegotiation").hasSuffix("no renegotiation"))
      try await expectServed(listener, files)
    }
  }

  @Test("the end is told before the connection closes")
  func saysGoodbye() async throws {
    try await withSecureServer { listener, _, _ in
      let client = try await Tool.tlsClient(
        port: listener.port, ["-quiet"], input: get("/bye", "Connection: close\r\n"))
      #expect(client.output.contains("/bye"))
      #expect(!client.output.contains("unexpected eof"))
    }
  }

  @Test("a renewed certificate is for new connections; the one that runs goes on")
  func reloads() async throws {
    let (old, new) = (try await CertificateFiles(), try await CertificateFiles())
    // Who trusts the old one must not have it overwritten.
    let trusted = old.certificate + ".trusted"
    try FileManager.default.copyItem(atPath: old.certificate, toPath: trusted)
    let identity = try TLSIdentity(old.tls)
    try await withServer(identity: identity) { listener, handler in
      let client = try SecureClient(port: listener.port)
      try client.send(get("/slow"))
      #expect(await handler.nextEvent() == "started")
      try new.replace(old)
      try identity.reload()
      let url = "https://localhost:\(listener.port)/x"
      #expect(try await Tool.curl("--cacert", new.certificate, url).output == "/x")
      #expect(try await Tool.curl("--cacert", trusted, url).status == 60, "curl does not know this one")
      handler.gate.continuation.yield()
      #expect(await client.read(through: "done").hasSuffix("done"))
    }
  }
}

@Suite("A client that does TLS badly", .timeLimit(.minutes(2)))
struct TLSMisuseTests {
  @Test("by speaking plain HTTP is told so")
  func answersPlainHTTP() async throws {
    try await withSecureServer { listener, _, files in
      let client = try await RawClient(port: listener.port)
      try await client.send(get("/a"))
      let response = try await client.readToEnd()
      #expect(response.hasPrefix("HTTP/1.1 400 ") && response.contains("use https://"))
      try await expectServed(listener, files)
    }
  }

  @Test(
    "by sending something else, or nothing more, is let go",
    arguments: ["\u{0}\u{1}\u{2}garbage", "SSH-2.0-x\r\n", ""])
  func survivesGarbage(bytes: String) async throws {
    try await withSecureServer { listener, _, files in
      let client = try await RawClient(port: listener.port)
      try await client.send(bytes)
      client.endInput()
      #expect(try await !client.readToEnd().contains("HTTP"))
      try await expectServed(listener, files)
    }
  }

  @Test("by stopping in the handshake is cut when a request's head is due", arguments: [0, 3, 7])
  func cutsHalfHandshake(bytes: Int) async throws {
    var limits = HTTPLimits()
    limits.headerTime = .milliseconds(100)
    try await withSecureServer(limits: limits) { listener, _, _ in
      let client = try await RawClient(port: listener.port)
      // A handshake record of 512 bytes that announces a ClientHello.
      try await client.send(Array([22, 3, 1, 2, 0, 1, 0].prefix(bytes)))
      #expect(try await client.readToEnd() == "")
    }
  }

  @Test("by not reading is cut off after the stall time")
  func cutsSlowReader() async throws {
    var limits = HTTPLimits()
    limits.writeStallTime = .milliseconds(200)
    try await withSecureServer(limits: limits) { listener, handler, files in
      // What it gets fills a pipe that nobody reads, and then it stops reading itself.
      let client = try SecureClient(port: listener.port)
      try client.send(get("/streaming"))
      #expect(await handler.nextEvent() == "started")
      #expect(await handler.nextEvent() == TransportError.writeStalled.description)
      try await expectServed(listener, files)
      _ = client
    }
  }

  @Test("by leaving without a goodbye cancels its handler", arguments: ["/silent", "/streaming"])
  func noticesTruncation(path: String) async throws {
    try await withSecureServer { listener, handler, files in
      let client = try SecureClient(port: listener.port)
      try client.send(get(path))
      #expect(await handler.nextEvent() == "started")
      client.leave()
      let outcome = await handler.nextEvent()
      #expect(outcome == "cancelled" || outcome == TransportError.clientGone.description)
      try await expectServed(listener, files)
    }
  }

  @Test("by being one too many is closed")
  func dismisses() async throws {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 1
    try await withSecureServer(limits: limits) { listener, handler, _ in
      let first = try SecureClient(port: listener.port)
      try first.send(get("/slow"))
      #expect(await handler.nextEvent() == "started")
      let second = try await RawClient(port: listener.port)
      #expect(try await second.readToEnd() == "")
      handler.gate.continuation.yield()
      #expect(await first.read(through: "done").hasSuffix("done"))
    }
  }
}

/// A server with a certificate of its own.
private func withSecureServer(
  _ kind: CertificateFiles.Key = .ecdsa, limits: HTTPLimits = HTTPLimits(),
  _ body: @Sendable (Listener, PathHandler, CertificateFiles) async throws -> Void
) async throws {
  let files = try await CertificateFiles(kind)
  try await withServer(limits, identity: TLSIdentity(files.tls)) { listener, handler in
    try await body(listener, handler, files)
  }
}

private func expectServed(_ listener: Listener, _ files: CertificateFiles) async throws {
  let answer = try await Tool.curl("--cacert", files.certificate, "https://localhost:\(listener.port)/next")
  #expect(answer.output == "/next")
}
