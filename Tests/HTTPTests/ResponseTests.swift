import Testing

@testable import HTTP

@Suite("Response encoder")
struct ResponseEncoderTests {
  private let date = "Sun, 06 Nov 1994 08:49:37 GMT"

  @Test("a whole response has its length, date and connection")
  func encodesWhole() throws {
    let encoder = ResponseEncoder(for: try head("GET / HTTP/1.1"))
    let response = HTTPResponse(status: 200, headers: ["Content-Type": "text/plain"], body: Array("hi".utf8))
    #expect(
      encoder.encode(response, date: date, keepAlive: true).text
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nDate: \(date)\r\n"
        + "Connection: keep-alive\r\n\r\nhi")
  }

  @Test("HEAD gets the length but no body")
  func omitsBodyForHead() throws {
    let encoder = ResponseEncoder(for: try head("HEAD / HTTP/1.1"))
    let text = encoder.encode(HTTPResponse(status: 200, body: [1, 2]), date: date, keepAlive: true).text
    #expect(text.contains("Content-Length: 2\r\n"))
    #expect(text.hasSuffix("\r\n\r\n"))
    #expect(encoder.encodeStreamPiece([1]).isEmpty && encoder.streamEnd.isEmpty)
  }

  @Test("204 and 304 have neither body nor length", arguments: [204, 304])
  func omitsBodyOfStatus(status: Int) throws {
    let encoder = ResponseEncoder(for: try head("GET / HTTP/1.1"))
    let text = encoder.encode(HTTPResponse(status: status, body: [65]), date: date, keepAlive: true).text
    #expect(!text.contains("Content-Length"))
    #expect(text.hasSuffix("\r\n\r\n"))
  }

  @Test("a stream is chunked for HTTP/1.1, and an empty piece does not end it")
  func chunksStream() throws {
    let encoder = ResponseEncoder(for: try head("GET / HTTP/1.1"))
    let start = encoder.encodeStreamHead(status: 200, headers: [:], date: date, keepAlive: true).text
    #expect(start.contains("Transfer-Encoding: chunked\r\n") && !start.contains("Content-Length"))
    #expect(
      encoder.encodeStreamPiece(Array(repeating: 97, count: 17)).text
        == "11\r\n\(String(repeating: "a", count: 17))\r\n")
    #expect(encoder.encodeStreamPiece([]).isEmpty)
    #expect(encoder.streamEnd.text == "0\r\n\r\n")
    #expect(encoder.keepsAlive(streaming: true))
  }

  @Test("a stream to HTTP/1.0 ends with the connection")
  func closesAfterOldStream() throws {
    let encoder = ResponseEncoder(for: try head("GET / HTTP/1.0", "Connection: keep-alive\r\n"))
    #expect(encoder.keepsAlive(streaming: false))
    #expect(!encoder.keepsAlive(streaming: true))
    #expect(encoder.encodeStreamPiece([97]).text == "a")
    #expect(encoder.streamEnd.isEmpty)
    let start = encoder.encodeStreamHead(status: 200, headers: [:], date: date, keepAlive: false).text
    #expect(!start.contains("Transfer-Encoding"))
  }

  @Test("a line end in a value cannot begin another field")
  func defusesInjection() throws {
    let encoder = ResponseEncoder(for: nil)
    let response = HTTPResponse(status: 200, headers: ["X": "a\r\nSet-Cookie: b\0"])
    let text = encoder.encode(response, date: date, keepAlive: false).text
    #expect(text.contains("X: a  Set-Cookie: b \r\n"))
  }

  @Test("an answer to what was no request closes")
  func closesWithoutHead() {
    #expect(!ResponseEncoder(for: nil).keepsAlive(streaming: false))
  }

  private func head(_ line: String, _ fields: String = "") throws -> RequestHead {
    var parser = RequestParser(limits: HTTPLimits())
    parser.receive(Array("\(line)\r\nHost: a\r\n\(fields)\r\n".utf8))
    guard case .head(let head)? = try parser.nextEvent() else { throw HTTPError(400, "no head") }
    return head
  }
}

@Suite("Server-sent events")
struct ServerSentEventTests {
  @Test(
    "each line of the data gets its own field",
    arguments: [
      ("{}", "data: {}\n\n"), ("", "data: \n\n"), ("a\nb", "data: a\ndata: b\n\n"),
      ("a\r\nb\rc", "data: a\ndata: b\ndata: c\n\n"), ("a\n", "data: a\ndata: \n\n"),
    ])
  func encodesData(content: String, expected: String) {
    #expect(ServerSentEvent.data(Array(content.utf8)).encoded.text == expected)
  }

  @Test("a comment is a line that begins with a colon")
  func encodesComment() {
    #expect(ServerSentEvent.comment("ping").encoded.text == ": ping\n\n")
  }

  @Test("the last event is [DONE]")
  func encodesDone() {
    #expect(ServerSentEvent.done.encoded.text == "data: [DONE]\n\n")
  }
}

@Suite("Dates")
struct HTTPDateTests {
  @Test(
    "a date is written as RFC 9110 wants it",
    arguments: [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
      (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
      (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
  func writesDate(seconds: Int, expected: String) {
    #expect(httpDate(unixSeconds: seconds) == expected)
  }
}
