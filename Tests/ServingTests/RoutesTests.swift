import HTTP
import Logging
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct RoutesTests {
  private let json = "Content-Type: application/json; charset=utf-8"
  private let server: Server

  init() throws {
    server = Server(
      try Service(version: "1"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  @Test("every route is found by its method and path")
  func found() throws {
    for route in Routes.all {
      let hasParameter = route.path.contains("*")
      let path = route.path.replacing("*", with: "smol@roco-5%25")
      guard case .endpoint(let found, let parameter) = Routes.match(try head("\(route.method) \(path)", json))
      else {
        Issue.record("\(route.method) \(route.path)")
        continue
      }
      #expect(found.path == route.path)
      #expect(parameter == (hasParameter ? "smol@roco-5%" : ""))
    }
  }

  @Test(
    "an unknown path is 404 in OpenAI's form",
    arguments: ["/page", "/v1", "/v1/models/", "/v1/completions/x", "/v1/kv//events"])
  func unknown(path: String) throws {
    let response = try #require(server.answer(to: head("GET \(path)")))
    #expect(response.status == 404)
    let body = try RequestDecoding.object(response.body)
    guard case .object(let error)? = body["error"] else { return #expect(Bool(false), "no error in \(body)") }
    #expect(error.names == ["message", "type", "param", "code"])
  }

  @Test("a method that a path does not take is 405 with what it takes")
  func wrongMethod() throws {
    let response = try #require(server.answer(to: head("DELETE /v1/models")))
    #expect(response.status == 405)
    #expect(response.headers["allow"] == "GET, HEAD, OPTIONS")
    #expect(try server.answer(to: head("GET /v1/completions"))?.headers["allow"] == "POST, OPTIONS")
  }

  @Test("a body of another type is 415 before it is read; of no type it is taken for JSON")
  func mediaType() throws {
    let form = "Content-Type: application/x-www-form-urlencoded"
    #expect(try server.answer(to: head("POST /v1/completions", form))?.status == 415)
    guard case .endpoint = Routes.match(try head("POST /v1/completions")) else {
      return #expect(Bool(false), "a request without a content type was refused")
    }
  }

  @Test(
    "a body in a coding that is not read is 415 with those that are",
    arguments: ["br", "gzip, gzip", "deflate", ""])
  func unknownCoding(coding: String) throws {
    let response = try server.answer(to: head("POST /v1/completions", json, "Content-Encoding: \(coding)"))
    #expect(response?.status == 415)
    #expect(response?.headers["accept-encoding"] == "identity, gzip")
  }

  @Test(
    "a body in gzip is taken, and one that says it is not coded", arguments: ["gzip", "X-GZIP", "Identity"])
  func knownCoding(coding: String) throws {
    let head = try head("POST /v1/completions", json, "Content-Encoding: \(coding)")
    guard case .endpoint = Routes.match(head) else { return #expect(Bool(false), "\(coding) was refused") }
  }

  @Test(
    "what HTTP itself refuses keeps its status and is the client's doing", arguments: [400, 413, 501, 505])
  func httpErrors(status: Int) throws {
    let response = server.response(to: HTTPError(status, "no"), head: nil)
    #expect(response.status == status)
    #expect(String(decoding: response.body, as: UTF8.self).contains("invalid_request_error"))
  }

  @Test(
    "a body is refused where none is read, before it comes, however it is framed",
    arguments: [
      "GET /livez", "HEAD /health", "GET /", "GET /page/app.js", "GET /metrics", "GET /v1/kv/x/events",
    ])
  func unexpectedBody(line: String) throws {
    for framing in ["Content-Length: 8388608", "Transfer-Encoding: chunked"] {
      let response = try #require(server.answer(to: head(line, framing)))
      #expect(response.status == 400)
      #expect(String(decoding: response.body, as: UTF8.self).contains("takes no body"))
    }
    #expect(try server.answer(to: head(line, "Content-Length: 0"))?.status != 400)
  }

  @Test("OPTIONS tells what may be asked")
  func options() throws {
    let response = try #require(server.answer(to: head("OPTIONS /v1/chat/completions")))
    #expect(response.status == 204)
    #expect(response.headers["allow"] == "POST, OPTIONS")
    #expect(try server.answer(to: head("OPTIONS *"))?.status == 204)
  }

  @Test("while the model loads requests and the probes of readiness get 503 and a time to wait, also by HEAD")
  func loading() throws {
    let response = try #require(server.answer(to: head("POST /v1/completions", json)))
    #expect(response.status == 503)
    #expect(response.headers["retry-after"] == "1")
    for method in ["GET", "HEAD"] {
      for path in ["/readyz", "/health"] {
        let response = try #require(server.answer(to: head("\(method) \(path)")))
        #expect(response.status == 503)
        #expect(response.headers["retry-after"] == "1")
      }
      #expect(try server.answer(to: head("\(method) /livez"))?.status == 200)
      #expect(try server.answer(to: head("\(method) /metrics")) == nil)
    }
  }

  @Test("every answer carries a request id: the client's if it is sane, else a new one")
  func requestIDs() throws {
    #expect(
      try server.answer(to: head("GET /x", "X-Request-Id: a.B-9_"))?.headers["x-request-id"] == "a.B-9_")
    let insane = try server.answer(to: head("GET /x", "X-Request-Id: a b"))?.headers["x-request-id"]
    #expect(insane.map { RequestID.isSane($0) && $0 != "a b" } == true)
    #expect(server.response(to: HTTPError(431, "large"), head: nil).headers["x-request-id"] != nil)
  }

  @Test("an error behind a whole head carries the client's id, and what a listed page needs to read it")
  func lowErrorFields() throws {
    let server = Server(
      try Service(version: "1", crossOrigin: .listed(["https://a.example"])),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let head = try head("POST /tokenize", "X-Request-Id: mine", "Origin: https://a.example")
    let response = server.response(to: HTTPError(408, "slow"), head: head)
    #expect(response.headers["x-request-id"] == "mine")
    #expect(response.headers["access-control-allow-origin"] == "https://a.example")
  }

  @Test("what the server itself had no room for is counted, what is wrong as HTTP is not")
  func counted() throws {
    let service = try Service(version: "1")
    let server = Server(service, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let before = service.metrics.snapshot.rejected.values.reduce(0, +)
    for status in [400, 408, 413, 503] { _ = server.response(to: HTTPError(status, "no"), head: nil) }
    let counted = service.metrics.snapshot.rejected
    #expect(counted["service_unavailable"] == 1 && counted.values.reduce(0, +) == before + 1)
  }

  @Test(
    "errors below the endpoints have OpenAI's form and keep their status",
    arguments: [400, 408, 413, 431, 500, 501, 503, 505])
  func lowErrors(status: Int) throws {
    let response = server.response(to: HTTPError(status, "what"), head: nil)
    #expect(response.status == status)
    #expect((response.headers["retry-after"] != nil) == (status == 503))
    #expect(try RequestDecoding.object(response.body)["error"] != nil)
  }
}
