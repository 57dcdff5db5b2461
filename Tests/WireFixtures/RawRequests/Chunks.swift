extension RawRequest {
  /// RFC 9112 section 7.1.
  static let chunks: [RawRequest] = [
    .answered("one chunk", chunked + jsonChunk + "0\r\n\r\n", 200),
    .answered("many chunks", chunked + json.map { "1\r\n\($0)\r\n" }.joined() + "0\r\n\r\n", 200),
    .answered("no chunk", chunked + "0\r\n\r\n", 400),
    .answered("a size in capitals", chunked + "F\r\n" + json + "\r\n0\r\n\r\n", 200),
    .answered("leading zeros", chunked + "00000000000000f\r\n" + json + "\r\n000\r\n\r\n", 200),
    .answered("extensions are read over", chunked + "f;x=y;\"q\"\r\n" + json + "\r\n0;z\r\n\r\n", 200),
    .answered("bytes over 127 in an extension", chunked + "f;\u{E9}\r\n" + json + "\r\n0\r\n\r\n", 200),
    .waits("half a chunk", chunked + "f\r\n{\"con"),
    .waits("a chunk without its end", chunked + "f\r\n" + json),
    .waits("chunks without the last", chunked + jsonChunk),
    .waits("the last chunk without its end", chunked + jsonChunk + "0\r\n"),
    .refused("an empty size", chunked + "\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("an extension without a size", chunked + ";x\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a size with a plus", chunked + "+f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a negative size", chunked + "-f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a size with 0x", chunked + "0xf\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a size that is not hexadecimal", chunked + "g\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a blank before the size", chunked + " f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a blank after the size", chunked + "f \r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a tab before an extension", chunked + "f\t;x\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a digit separator", chunked + "0_f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a comma", chunked + "f,f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("16 digits", chunked + "000000000000000f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("2 to the 64th and 15", chunked + "1000000000000000f\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a size over the limit", chunked + "fffffffffffffff\r\n" + json, 413),
    .refused("a size over the limit by one", chunked + "800001\r\n" + json, 413),
    .refused("chunks over the limit together", chunked + "1\r\n[\r\n800000\r\n", 413),
    .refused("a chunk longer than its size", chunked + "e\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a chunk shorter than its size", chunked + "10\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("no line end behind the data", chunked + "f\r\n" + json + "0\r\n\r\n", 400),
    .refused("a bare line feed behind the data", chunked + "f\r\n" + json + "\n0\r\n\r\n", 400),
    .refused(
      "two bytes other than a line end behind the data", chunked + "f\r\n" + json + "XX0\r\n\r\n", 400),
    .refused("a bare line feed behind the size", chunked + "f\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a bare carriage return behind the size", chunked + "f\r" + json + "\r\n0\r\n\r\n", 400),
    .refused("a bare line feed in an extension", chunked + "f;a\nb\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a bare carriage return in an extension", chunked + "f;a\rb\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a NUL in an extension", chunked + "f;\u{00}\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a bare line feed behind the last size", chunked + jsonChunk + "0\n\r\n", 400),
    .refused("a request right behind the last size", chunked + jsonChunk + "0\r\n" + hidden + "\n", 400),
  ]

  /// RFC 9112 section 7.1.2 and RFC 9110 section 6.5.1.
  static let trailers: [RawRequest] = [
    .answered("a trailer is dropped", chunked + jsonChunk + "0\r\nX: y\r\n\r\n", 200),
    .answered(
      "a trailer does not change the answer's id", chunked + jsonChunk + "0\r\nX-Request-Id: probe2\r\n\r\n",
      200),
    .refused("a trailer without a colon", chunked + "0\r\nX y\r\n\r\n", 400),
    .refused("a folded trailer", chunked + "0\r\nX: y\r\n z\r\n\r\n", 400),
    .refused("a bare line feed behind a trailer", chunked + "0\r\nX: y\n\r\n", 400),
    .refused("a control character in a trailer", chunked + "0\r\nX: \u{00}\r\n\r\n", 400),
    .refused("a length behind the body", chunked + jsonChunk + "0\r\nContent-Length: 5\r\n\r\n", 400),
    .refused(
      "a coding behind the body", chunked + jsonChunk + "0\r\ntransfer-encoding: chunked\r\n\r\n", 400),
    .refused("a host behind the body", chunked + jsonChunk + "0\r\nHost: a\r\n\r\n", 400),
    .refused("a key behind the body", chunked + jsonChunk + "0\r\nAuthorization: Bearer x\r\n\r\n", 400),
  ]
}
