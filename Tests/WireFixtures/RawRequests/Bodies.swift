private func length(_ text: String, _ body: String = json) -> String {
  post + "Content-Length:\(text)\r\n\r\n" + body
}

private func coding(_ text: String) -> String {
  post + "Transfer-Encoding:\(text)\r\n\r\n" + jsonChunk + "0\r\n\r\n"
}

extension RawRequest {
  /// RFC 9112 section 6.2 and RFC 9110 section 8.6.
  static let lengths: [RawRequest] = [
    .answered("a body", length(" 15"), 200),
    .answered("a length with leading zeros", length(" 0000000000000000015"), 200),
    .answered("the same length twice", post + "Content-Length: 15\r\ncontent-length: 15\r\n\r\n" + json, 200),
    .answered("an empty body", length(" 0", ""), 400),
    .answered("no length is no body", post + "\r\n", 400),
    .closed("a body of a GET", get + "Host: a\r\nContent-Length: 5\r\n\r\nhello", 400),
    .answered("no body of a GET", get + "Host: a\r\nContent-Length: 0\r\n\r\n", 200),
    .waits("half a body", length(" 16")),
    .refused("two lengths that differ", post + "Content-Length: 15\r\nContent-Length: 3\r\n\r\n" + json, 400),
    .refused(
      "the same number written differently",
      post + "Content-Length: 15\r\nContent-Length: 015\r\n\r\n" + json, 400),
    .refused("a list of lengths", length(" 15, 15"), 400),
    .refused("a list of different lengths", length(" 15, 0"), 400),
    .refused("a length with a plus", length(" +15"), 400),
    .refused("a negative length", length(" -15"), 400),
    .refused("a hexadecimal length", length(" 0xf"), 400),
    .refused("a length in scientific notation", length(" 1e1"), 400),
    .refused("a length with a decimal point", length(" 15.0"), 400),
    .refused("a length with a digit separator", length(" 1_5"), 400),
    .refused("a length with a blank inside", length(" 1 5"), 400),
    .refused("a length in quotes", length(" \"15\""), 400),
    .refused("a length and a semicolon", length(" 15;"), 400),
    .refused("an empty length", length(""), 400),
    .refused("a length with a byte over 127", length(" 15\u{B2}"), 400),
    .refused("20 digits", length(" 00000000000000000015"), 400),
    .refused("a length of 2 to the 64th and 15", length(" 18446744073709551631"), 400),
    .refused("19 digits that exceed 63 bits", length(" 9999999999999999999"), 413),
    .refused("a length over the limit", length(" 8388609"), 413),
  ]

  /// RFC 9112 sections 6.1 and 7: one final `chunked` and nothing else, never beside a length.
  static let codings: [RawRequest] = [
    .answered("chunked", coding(" chunked"), 200),
    .answered("chunked in any case, without a blank", coding("CHUNKED"), 200),
    .refused(
      "a length before chunked",
      post + "Content-Length: 25\r\nTransfer-Encoding: chunked\r\n\r\n" + jsonChunk + "0\r\n\r\n", 400),
    .refused(
      "a length behind chunked",
      post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + jsonChunk + "0\r\n\r\n", 400),
    .refused(
      "a broken length beside chunked",
      post + "Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n0\r\n\r\n", 400),
    .refused(
      "a length of zero beside chunked",
      get + "Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n", 400),
    .refused(
      "chunked in HTTP/1.0",
      "POST /tokenize HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + jsonChunk + "0\r\n\r\n", 400),
    .refused("chunked twice in a field", coding(" chunked, chunked"), 400),
    .refused(
      "chunked in two fields",
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    .refused(
      "chunked, then identity in a second field",
      post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    .refused("gzip before chunked", coding(" gzip, chunked"), 400),
    .refused("chunked not last", coding(" chunked, identity"), 400),
    .refused("identity", coding(" identity"), 400),
    .refused("gzip alone", coding(" gzip"), 400),
    .refused("a name that ends in chunked", coding(" xchunked"), 400),
    .refused("a name that begins with chunked", coding(" chunkedx"), 400),
    .refused("chunked with a parameter", coding(" chunked;x"), 400),
    .refused("chunked and a comma", coding(" chunked,"), 400),
    .refused("a comma and chunked", coding(" ,chunked"), 400),
    .refused("chunked in quotes", coding(" \"chunked\""), 400),
    .refused("chunked behind a vertical tab", coding(" \u{0B}chunked"), 400),
    .refused("chunked before a NUL", coding(" chunked\u{00}"), 400),
    .answered("chunked between tabs", coding("\tchunked\t"), 200),
    .refused("an empty coding", coding(""), 400),
    .refused("a coding on a folded line", coding("\r\n chunked"), 400),
  ]

  /// What a body is, once it is there.
  static let bodies: [RawRequest] = [
    .answered("no JSON", length(" 3", "abc"), 400),
    .answered("JSON 65 levels deep", length(" 130", times(65, "[") + times(65, "]")), 400),
    .answered("a body that looks like a request", length(" \(hidden.utf8.count)", hidden), 400),
    .answered(
      "chunks that look like requests",
      chunked + "\(String(hidden.utf8.count, radix: 16))\r\n\(hidden)\r\n0\r\n\r\n", 400),
    .closed(
      "a body of a method that takes none",
      get + "Host: a\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 400),
    .closed(
      "a refused request's body is no request",
      "POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 404),
    .closed(
      "nor are a refused request's chunks",
      "POST /livez HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden, 405),
    .closed(
      "nor the body of another type",
      post + "Content-Type: text/plain\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 415),
    .closed(
      "nor that of another coding",
      post + "Content-Encoding: br\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 415),
    .closed(
      "nor that of two codings",
      post + "Content-Encoding: gzip, gzip\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 415),
    .answered(
      "a coding that the body is not in",
      post + "Content-Encoding: gzip\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n" + hidden, 400),
  ]
}
