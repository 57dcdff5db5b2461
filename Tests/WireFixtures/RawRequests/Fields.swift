private let head = get + "Host: a\r\n"

extension RawRequest {
  /// RFC 9112 section 5 and RFC 9110 section 5.
  static let fields: [RawRequest] = [
    .answered("names in any case", get + "hOsT:a\r\n\r\n", 200),
    .answered("no blank after the colon", get + "Host:a\r\n\r\n", 200),
    .answered("blanks and tabs around a value", get + "Host: \t a \t\r\n\r\n", 200),
    .answered("an empty value", head + "X:\r\n\r\n", 200),
    .answered("a colon in a value", head + "X: a:b\r\n\r\n", 200),
    .answered("a tab in a value", head + "X: a\tb\r\n\r\n", 200),
    .answered("bytes over 127 in a value", head + "X: \u{C3}\u{A9}\u{FF}\r\n\r\n", 200),
    .answered("a name of all token characters", head + "!#$%&'*+-.^_`|~09azAZ: a\r\n\r\n", 200),
    .refused("a blank before the colon", get + "Host : a\r\n\r\n", 400),
    .refused("a tab before the colon", get + "Host\t: a\r\n\r\n", 400),
    .refused("a blank before a framing field's colon", post + "Content-Length : 15\r\n\r\n" + json, 400),
    .refused("no colon", head + "X\r\n\r\n", 400),
    .refused("an empty name", head + ": a\r\n\r\n", 400),
    .refused("a blank in a name", head + "X Y: a\r\n\r\n", 400),
    .refused("a parenthesis in a name", head + "X(: a\r\n\r\n", 400),
    .refused("a quote in a name", head + "\"X\": a\r\n\r\n", 400),
    .refused("a NUL in a name", head + "X\u{00}: a\r\n\r\n", 400),
    .refused("a control character in a name", head + "X\u{01}: a\r\n\r\n", 400),
    .refused("a DEL in a name", head + "X\u{7F}: a\r\n\r\n", 400),
    .refused("a byte over 127 in a name", head + "\u{E9}: a\r\n\r\n", 400),
    .refused("a folded field", head + "X: a\r\n b\r\n\r\n", 400),
    .refused("a field folded with a tab", head + "X: a\r\n\tb\r\n\r\n", 400),
    .refused("a folded framing field", post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
    .refused("a fold before the first field", get + " Host: a\r\n\r\n", 400),
    .refused("a blank line that is not empty", head + " \r\n\r\n", 400),
    .refused("a NUL in a value", head + "X: a\u{00}b\r\n\r\n", 400),
    .refused("a control character in a value", head + "X: \u{1B}[2J\r\n\r\n", 400),
    .refused("a DEL in a value", head + "X: \u{7F}\r\n\r\n", 400),
    .refused("a carriage return in a value", head + "X: a\rb\r\n\r\n", 400),
    .refused("two carriage returns after a value", head + "X: a\r\r\n\r\n", 400),
    .refused("a carriage return that hides a field", head + "X: a\rContent-Length: 5\r\n\r\n", 400),
    .refused("a bare line feed between fields", get + "Host: a\nX: b\r\n\r\n", 400),
    .refused("a bare line feed that hides a field", head + "X: a\nContent-Length: 5\r\n\r\n", 400),
    .refused("a bare line feed at the end of the head", head + "\n", 400),
    .refused("bare line feeds only", "GET /livez HTTP/1.1\nHost: a\n\n", 400),
    .waits("a head without its last line", head),
    .waits("a head without its last line feed", head + "\r"),
  ]

  /// RFC 9110 section 10.1.1.
  static let expectations: [RawRequest] = [
    .waits(
      "a body that waits to be asked for", post + "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n", 100),
    .waits(
      "chunks that wait to be asked for",
      post + "Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n\r\n", 100),
    .answered(
      "a body that came along needs no asking",
      post + "Expect: 100-continue\r\nContent-Length: 15\r\n\r\n" + json, 200),
    .answered("an expectation without a body", head + "Expect: 100-continue\r\n\r\n", 200),
    .waits(
      "HTTP/1.0 is not asked", "POST /tokenize HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n"
    ),
    .closed(
      "what is refused anyway is not asked for",
      "POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 15\r\n\r\n", 404),
    .refused(
      "what is too large is not asked for",
      post + "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413),
    .refused("another expectation", post + "Expect: tea\r\n\r\n", 417),
    .refused("an empty expectation", head + "Expect:\r\n\r\n", 417),
    .refused("one more expectation", post + "Expect: 100-continue, tea\r\nContent-Length: 15\r\n\r\n", 417),
    .refused(
      "one more expectation in a field of its own",
      post + "Expect: 100-continue\r\nExpect: tea\r\nContent-Length: 15\r\n\r\n", 417),
  ]
}
