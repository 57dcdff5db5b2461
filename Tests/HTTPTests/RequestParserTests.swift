import Testing

@testable import HTTP

@Suite("Request parser")
struct RequestParserTests {
  @Test(
    "a request is its method, path and body",
    arguments: [
      ("GET /a?b HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/a end"),
      ("get http://h/a HTTP/1.1\r\nHost: a\r\n\r\n", "get:/a end"),
      ("GET http://h?a HTTP/1.1\r\nHost: a\r\n\r\n", "GET:/ end"),
      ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS:* end"),
      ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET", "POST:/ body:abc end"),
      (
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n",
        "POST:/ body:abcde end"
      ),
    ])
  func givesEvents(raw: String, expected: String) {
    #expect(Transcript(whole: Array(raw.utf8)).description == expected)
  }

  @Test("no refusal is taken back by later bytes")
  func repeatsItsError() {
    var parser = RequestParser(limits: HTTPLimits())
    parser.receive(Array("GET /\n".utf8))
    #expect(throws: HTTPError.self) { try parser.nextEvent() }
    parser.receive(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
    #expect(throws: HTTPError.self) { try parser.nextEvent() }
  }

  @Test("path and query are told apart and stay encoded until asked")
  func splitsTarget() throws {
    let target = try RequestTarget(Array("/v1/models/a%2Fb%40c?x=%20".utf8)[...], method: "GET")
    #expect(target.path == "/v1/models/a%2Fb%40c")
    #expect(target.query == "x=%20")
    #expect(target.decodedPath == "/v1/models/a/b@c")
  }

  @Test("a broken escape decodes to nothing", arguments: ["%", "%4", "%zz", "%C3", "a%ff"])
  func refusesBrokenEscapes(text: String) {
    #expect(percentDecoded(text) == nil)
  }

  @Test(
    "keeping the connection follows version and Connection field",
    arguments: [
      ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, Close\r\n", false),
      ("1.0", "", false), ("1.0", "Connection: Keep-Alive\r\n", true),
      ("1.0", "Connection: keep-alive, close\r\n", false),
    ])
  func decidesKeepAlive(version: String, field: String, expected: Bool) throws {
    let head = try head("GET / HTTP/\(version)\r\nHost: a\r\n\(field)\r\n")
    #expect(head.keepsAlive == expected)
  }

  @Test("100-continue is expected only with a body and in HTTP/1.1")
  func noticesExpectation() throws {
    let expect = "Host: a\r\nExpect: 100-Continue\r\n"
    #expect(try head("POST / HTTP/1.1\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
    #expect(try !head("POST / HTTP/1.1\r\n\(expect)\r\n").expectsContinue)
    #expect(try !head("POST / HTTP/1.0\r\n\(expect)Content-Length: 1\r\n\r\n").expectsContinue)
  }

  @Test("fields keep their order and are found in any case")
  func findsFields() throws {
    let headers = try head("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\nY: 2\r\nx: 3\r\n\r\n").headers
    #expect(headers.fields.map(\.name) == ["Host", "X", "Y", "x"])
    #expect(headers["HOST"] == "a")
    #expect(headers.values(of: "x") == ["1", "3"])
    #expect(headers["z"] == nil)
  }

  private func head(_ raw: String) throws -> RequestHead {
    var parser = RequestParser(limits: HTTPLimits())
    parser.receive(Array(raw.utf8))
    guard case .head(let head)? = try parser.nextEvent() else { throw HTTPError(400, "no head") }
    return head
  }
}
