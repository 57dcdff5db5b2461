import Testing

@testable import HTTP

@Suite("Accept-Encoding")
struct AcceptEncodingTests {
  @Test(
    "gzip is sent to who takes it and does not prefer the body as it is",
    arguments: [
      ("gzip", true), ("GZIP", true), ("x-gzip", true), ("deflate, gzip;q=0.5, br", true), ("*", true),
      ("gzip;q=1.0", true), ("gzip;q=0.001", true), ("gzip ; q=0.8", true), ("gzip;Q=0.8", true),
      ("identity;q=0.5, gzip;q=0.5", true), ("br, *;q=0.1", true), ("gzip, identity;q=0", true),
      ("", false), ("identity", false), ("br", false), ("gzip;q=0", false), ("gzip;q=0.000", false),
      ("*;q=0", false), ("gzip;q=0, *", false), ("identity, gzip;q=0.5", false), ("gzipped", false),
      ("gzip;q=2", false), ("gzip;q=1.5", false), ("gzip;q=0.0001", false), ("gzip;q=-1", false),
      ("gzip;q=", false), ("gzip;q=x", false), ("gzip;", true), ("gzip;level=9", false),
    ])
  func decides(value: String, expected: Bool) {
    let headers: HTTPHeaders = ["Accept-Encoding": value]
    #expect(headers.preferGzip == expected)
  }

  @Test("without the field a body stays as it is, and two fields count together")
  func countsFields() {
    #expect(!HTTPHeaders().preferGzip)
    let headers: HTTPHeaders = ["Accept-Encoding": "br", "accept-encoding": "gzip"]
    #expect(headers.preferGzip)
  }
}
