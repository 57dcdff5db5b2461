import Testing

@testable import kvota

@Suite("answers as a client reads them")
struct IncomingAnswerTests {
  private static let events = [
    #"{"choices":[{"text":"a","finish_reason":null}]}"#, #"{"choices":[{"text":"b","finish_reason":null}]}"#,
    #"{"choices":[{"text":"","finish_reason":"length"}]}"#,
    #"{"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#, "[DONE]",
  ]

  private static func stream(pieceBytes: Int) -> [UInt8] {
    let body = Array(events.map { "data: \($0)\n\n" }.joined().utf8)
    var bytes = Array("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".utf8)
    for start in stride(from: 0, to: body.count, by: pieceBytes) {
      let piece = body[start..<min(start + pieceBytes, body.count)]
      bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + [13, 10]
    }
    return bytes + Array("0\r\n\r\n".utf8)
  }

  @Test(
    "a stream has its texts, its end and its usage, however it is cut", arguments: [1, 7, 10_000],
    [1, 50, 10_000])
  func streams(pieceBytes: Int, readBytes: Int) throws {
    let bytes = Self.stream(pieceBytes: pieceBytes)
    var answer = IncomingAnswer(isStreamed: true)
    var texts = 0
    for start in stride(from: 0, to: bytes.count, by: readBytes) {
      #expect(!answer.isComplete)
      texts += try answer.receive(Array(bytes[start..<min(start + readBytes, bytes.count)]))
    }
    #expect(texts == 2 && answer.isComplete)
    #expect(answer.ending(hasLeft: false) == .done)
    #expect(answer.usage?.promptTokens == 7 && answer.usage?.completionTokens == 2)
  }

  @Test("a stream that ends early is a failure, unless the client left")
  func cut() throws {
    var answer = IncomingAnswer(isStreamed: true)
    _ = try answer.receive(Array(Self.stream(pieceBytes: 10).dropLast(30)))
    #expect(answer.ending(hasLeft: false) == .failed("the answer broke off"))
    #expect(answer.ending(hasLeft: true) == .left)
  }

  @Test("an error is told with its status, and what is no HTTP at all is refused")
  func errors() throws {
    var answer = IncomingAnswer(isStreamed: true)
    _ = try answer.receive(Array("HTTP/1.1 429 Too Many\r\nContent-Length: 4\r\n\r\nbusy".utf8))
    #expect(answer.isComplete && answer.ending(hasLeft: true) == .failed("HTTP 429 busy"))
    var nonsense = IncomingAnswer(isStreamed: true)
    #expect(throws: ResponseReader.Malformed.self) { try nonsense.receive(Array("SSH-2.0\r\n".utf8)) }
  }

  @Test("a whole answer is one JSON object with a length")
  func whole() throws {
    let body = #"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":9}}"#
    var answer = IncomingAnswer(isStreamed: false)
    let texts = try answer.receive(
      Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8))
    #expect(texts == 0 && answer.ending(hasLeft: false) == .done)
    #expect(answer.usage?.completionTokens == 9)
  }
}
