private let head = get + "Host: a\r\n"

/// A request line of so many bytes.
private func line(_ bytes: Int) -> String { "GET /livez?\(times(bytes - 20, "a")) HTTP/1.1\r\n" }
/// A field line of so many bytes.
private func field(_ bytes: Int) -> String { "X:\(times(bytes - 2, "a"))\r\n" }

/// 16 chunks with extensions of 241 bytes each: 240 are left for the last line.
private let extended = chunked + (json + " ").map { "1;\(times(240, "x"))\r\n\($0)\r\n" }.joined()

extension RawRequest {
  /// Each limit at its edge, and one beyond: what is as large as the limit is still allowed.
  static let edges: [RawRequest] = [
    .answered("a request line of 8 KiB", line(8192) + "Host: a\r\n\r\n", 200),
    .refused("a request line of 8 KiB and a byte", line(8193) + "Host: a\r\n\r\n", 414),
    .refused("a request line without end", "GET /\(times(9000, "a"))", 414),
    .refused("a method without end", times(9000, "A"), 414),
    .answered("a field of 8 KiB", head + field(8192) + "\r\n", 200),
    .refused("a field of 8 KiB and a byte", head + field(8193) + "\r\n", 431),
    .refused("a field without end", head + "X: " + times(9000, "a"), 431),
    // The Host field has 7 of the 32 KiB.
    .answered("fields of 32 KiB", head + times(4, field(8000)) + field(761) + "\r\n", 200),
    .refused("fields of 32 KiB and a byte", head + times(4, field(8000)) + field(762) + "\r\n", 431),
    .answered("100 fields", head + times(99, "X: a\r\n") + "\r\n", 200),
    .refused("101 fields", head + times(100, "X: a\r\n") + "\r\n", 431),
    .answered("100 trailers", chunked + jsonChunk + "0\r\n" + times(100, "X: a\r\n") + "\r\n", 200),
    .refused("101 trailers", chunked + jsonChunk + "0\r\n" + times(101, "X: a\r\n") + "\r\n", 431),
    .refused("trailers of 40 KiB", chunked + jsonChunk + "0\r\n" + times(5, field(8192)) + "\r\n", 431),
    .answered(
      "a chunk's line of 256 bytes", chunked + "f;\(times(254, "x"))\r\n" + json + "\r\n0\r\n\r\n", 200),
    .refused(
      "a chunk's line of 257 bytes", chunked + "f;\(times(255, "x"))\r\n" + json + "\r\n0\r\n\r\n", 400),
    .refused("a chunk's line without end", chunked + "f;" + times(300, "x"), 400),
    .answered("extensions of 4 KiB together", extended + "0;\(times(239, "x"))\r\n\r\n", 200),
    .refused("extensions of 4 KiB and a byte", extended + "0;\(times(240, "x"))\r\n\r\n", 400),
  ]
}
