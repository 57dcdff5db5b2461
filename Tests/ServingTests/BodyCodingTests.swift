import Compression
import HTTP
import OpenAIAPI
import Testing

@testable import Serving

@Suite struct BodyCodingTests {
  private let text = [UInt8](repeating: 97, count: 2000)

  private func body(_ bytes: [UInt8], _ field: String = "X: y", limit: Int = 2000) throws -> RequestBody {
    RequestBody(
      HTTPRequest(head: try head("POST /", field), body: ReceivedBody(bytes), remoteAddress: ""), limit: limit
    )
  }

  @Test("a body is what was sent, or what comes out of it")
  func plain() throws {
    #expect(try body(text).take() == text)
    #expect(try body(text, "Content-Encoding: identity").take() == text)
    #expect(try body(Gzip.compress(text), "Content-Encoding: gzip").take() == text)
  }

  @Test("whoever takes a body has it: the request holds it no more")
  func takenOnce() throws {
    let request = HTTPRequest(head: try head("POST /"), body: ReceivedBody(text), remoteAddress: "")
    let body = RequestBody(request, limit: 2000)
    #expect(try body.take() == text)
    #expect(try body.take().isEmpty && request.body.take().isEmpty)
  }

  @Test("more than the limit is 413, what cannot be decompressed 400")
  func refusals() throws {
    let packed = Gzip.compress(text)
    let tooLarge = #expect(throws: APIError.self) {
      try body(packed, "Content-Encoding: gzip", limit: 1999).take()
    }
    #expect(tooLarge?.status == 413)
    let broken = #expect(throws: APIError.self) { try body(text, "Content-Encoding: gzip").take() }
    #expect(broken?.status == 400 && broken?.code == "invalid_content_encoding")
  }

  @Test("what may become large is not read on the shared threads, however small it came")
  func cost() throws {
    #expect(try body(text).mostBytes == 2000)
    #expect(try body(Gzip.compress(text), "Content-Encoding: gzip", limit: 1 << 20).mostBytes == 1 << 20)
  }

  @Test(
    "text over 1 KiB is compressed, and caches are told that it depends on the client",
    arguments: [
      ("application/json", 1025, "gzip", true, true), ("text/html; charset=utf-8", 1025, "gzip", true, true),
      ("application/json", 1025, "br", false, true), ("application/json", 1024, "gzip", false, false),
      ("image/png", 1025, "gzip", false, false),
    ])
  func responses(type: String, bytes: Int, accepted: String, isCompressed: Bool, varies: Bool) async throws {
    let response = HTTPResponse(
      status: 200, headers: ["Content-Type": type], body: [UInt8](repeating: 97, count: bytes))
    let sent = try await ResponseCoding(["Accept-Encoding": accepted], BodyReading()).encode(response)
    #expect(sent.headers["content-encoding"] == (isCompressed ? "gzip" : nil))
    #expect(sent.headers["vary"] == (varies ? "accept-encoding" : nil))
    let plain = isCompressed ? try Gzip.decompress(sent.body, limit: bytes) : sent.body
    #expect(plain == response.body)
  }
}
