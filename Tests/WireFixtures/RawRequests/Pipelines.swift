private let body = post + "Content-Length: 15\r\n\r\n" + json
private let head = "HEAD /livez HTTP/1.1\r\nHost: a\r\n\r\n"
private let nowhere = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n"
private let broken = "GET /livez HTTP/1.1\r\nHost : a\r\n\r\n"

extension RawRequest {
  /// Requests that come before the answers to those in front: RFC 9112 section 9.3.2.
  static let pipelines: [RawRequest] = [
    .answered("two requests", plain + plain, 200, 200),
    .answered("ten requests", times(10, plain), 200, 200, 200, 200, 200, 200, 200, 200, 200, 200),
    .answered("one behind a body", body + plain, 200, 200),
    .answered("one behind chunks", chunked + jsonChunk + "0\r\n\r\n" + plain, 200, 200),
    .answered("one behind trailers", chunked + jsonChunk + "0\r\nX: y\r\n\r\n" + plain, 200, 200),
    .answered("one behind an empty body", post + "Content-Length: 0\r\n\r\n" + plain, 400, 200),
    .answered("one behind a body that is no JSON", post + "Content-Length: 3\r\n\r\nabc" + plain, 400, 200),
    .answered("one behind a body and an empty line", body + "\r\n" + plain, 200, 200),
    .answered("HEAD between others", plain + head + plain, 200, 200, 200),
    .answered(
      "OPTIONS between others", plain + "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + plain, 200, 204, 200),
    .answered("one that is not there between others", plain + nowhere + plain, 200, 404, 200),
    .answered(
      "one of a wrong method between others", plain + "DELETE /livez HTTP/1.1\r\nHost: a\r\n\r\n" + plain,
      200, 405, 200),
    .answered("bodies and none", body + plain + body + head + body, 200, 200, 200, 200, 200),
    .refused("a broken one behind a good one", plain + broken + plain, 200, 400),
    .refused("a broken one first", broken + plain, 400),
    .refused("a broken one behind a body", body + broken + plain, 200, 400),
    .refused("a control character behind a request", plain + "\u{01}" + plain, 200, 400),
    .refused("two empty lines between requests", plain + "\r\n\r\n" + plain, 200, 400),
    .refused(
      "a body one byte longer than its length", post + "Content-Length: 14\r\n\r\n" + json + "\r\n" + plain,
      400, 400),
    .refused(
      "a body one byte too long, then a space", post + "Content-Length: 15\r\n\r\n" + json + " " + plain, 200,
      400),
    .closed("nothing is answered behind close", get + "Host: a\r\nConnection: close\r\n\r\n" + plain, 200),
    .closed("nothing is answered behind HTTP/1.0", "GET /livez HTTP/1.0\r\n\r\n" + plain, 200),
    .closed(
      "nothing is answered behind a refused body",
      plain + "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}" + plain, 200, 404),
    .closed(
      "a good one and one that closes", plain + get + "Host: a\r\nConnection: close\r\n\r\n" + plain, 200, 200
    ),
    .waits("half of the second", plain + "GET /livez HTTP/1.1\r\nHo", 200),
    .waits("half of the second's body", plain + post + "Content-Length: 15\r\n\r\n{", 200),
  ]
}
