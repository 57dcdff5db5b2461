import HTTP
import Logging
import OpenAIAPI
import Testing

@testable import Serving

@Suite("web pages of others") struct ForeignPagesTests {
  private func code(
    _ fields: [String], host: String, origins: CrossOrigin = .none, isLoopback: Bool = true
  ) throws -> String? {
    var parser = RequestParser(limits: HTTPLimits())
    let lines = ["POST /v1/completions HTTP/1.1", "Host: \(host)"] + fields + ["", ""]
    parser.receive(Array(lines.joined(separator: "\r\n").utf8))
    guard case .head(let head)? = try parser.nextEvent() else { throw CancellationError() }
    return ForeignPages(crossOrigin: origins, isLoopback: isLoopback).refusal(head)?.code
  }

  @Test(
    "what no page sends is answered, and the server's own page",
    arguments: [
      ("127.0.0.1:8080", "http://127.0.0.1:8080"), ("localhost:8080", "http://localhost:8080"),
      ("[::1]:8080", "http://[::1]:8080"), ("LocalHost", "http://localhost"),
      ("kvota.localhost", "http://kvota.localhost"), ("localhost:443", "https://localhost"),
    ])
  func own(host: String, origin: String) throws {
    #expect(try code([], host: host) == nil)
    #expect(try code(["Origin: \(origin)"], host: host) == nil)
  }

  @Test(
    "another's page is refused wherever the server listens, and also without a content type",
    arguments: [
      "https://evil.example", "null", "http://127.0.0.1:8081", "http://localhost:8080", "file://",
      "127.0.0.1:8080",
    ])
  func foreign(origin: String) throws {
    for isLoopback in [true, false] {
      #expect(
        try code(["Origin: \(origin)"], host: "127.0.0.1:8080", isLoopback: isLoopback)
          == "origin_not_allowed")
    }
  }

  @Test("a name that a page has given this machine is refused on the loopback, with an origin or without")
  func rebinding() throws {
    for host in [
      "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "1.2.3",
      "notlocalhost", "1.2.3.+4",
    ] {
      #expect(try code([], host: host) == "host_not_allowed")
      #expect(try code(["Origin: http://\(host)"], host: host) == "host_not_allowed")
      // Elsewhere servers have names of their own.
      #expect(try code(["Origin: http://\(host)"], host: host, isLoopback: false) == nil)
    }
  }

  @Test("listed pages may call, and the host of one is a name of the server's; a star lets all in")
  func listed() throws {
    let origins = CrossOrigin.listed(["https://chat.example", "http://a.example:81"])
    #expect(try code(["Origin: https://chat.example"], host: "127.0.0.1", origins: origins) == nil)
    #expect(try code([], host: "chat.example", origins: origins) == nil)
    #expect(try code([], host: "A.example:81", origins: origins) == nil)
    #expect(try code([], host: "a.example", origins: origins) == "host_not_allowed")
    #expect(
      try code(["Origin: https://other.example"], host: "chat.example", origins: origins)
        == "origin_not_allowed")
    #expect(try code(["Origin: https://other.example"], host: "other.example", origins: .any) == nil)
  }

  @Test("probes and the page's files are for everybody; all else is 403 before its body is read")
  func routes() throws {
    let server = Server(
      try Service(version: "1", isLoopback: true),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let origin = "Origin: https://evil.example"
    // Probes are answered by the head, here that the model is not loaded; for files the whole request is awaited.
    for (path, status) in ["/livez": 200, "/readyz": 503, "/health": 503, "/": nil, "/page/page.js": nil] {
      #expect(try server.answer(to: head("GET \(path)", origin))?.status == status, "\(path)")
    }
    for line in [
      "POST /v1/completions", "GET /metrics", "DELETE /v1/kv/sessions/a", "GET /v1/kv/policies", "GET /x",
    ] {
      #expect(try server.answer(to: head(line, origin))?.status == 403)
      // The tests' own Host is no name of this machine.
      #expect(try server.answer(to: head(line))?.status == 403)
    }
  }
}
