import Testing

@testable import kvota

@Suite struct RemoteFileTests {
  private let sum = String(repeating: "0123456789abcdef", count: 4)

  @Test("the redirection says checksum and size, the last answer how to go on")
  func redirected() {
    let remote = RemoteFile(
      heads:
        "HTTP/2 302 \r\nx-linked-size: 12\r\nX-Linked-ETag: \"\(sum)\"\r\nlocation: /x\r\ncontent-length: 3\r\n\r\n"
        + "HTTP/1.1 200 OK\r\nContent-Length: 12\r\nETag: \"abc\"\r\n\r\n")
    #expect(remote.bytes == 12 && remote.entityTag == "\"abc\"" && remote.checksum?.description == sum)
    #expect(remote.version == sum)
  }

  @Test("a weak tag, or one of another kind of sum, is neither checksum nor a way to go on")
  func weak() {
    let remote = RemoteFile(
      heads: "HTTP/1.1 200 OK\nETag: W/\"abc\"\nx-linked-etag: \"abc\"\ncontent-length: -4\n\n")
    #expect(remote == RemoteFile(heads: ""))
    #expect(remote.version == nil && remote.bytes == nil)
  }

  @Test(
    "heads of every kind are read without a trap",
    arguments: ["", "\n\n", "HTTP", ":\n:\n\n::", "\r\n\r\n\r\n"])
  func hostile(heads: String) { #expect(RemoteFile(heads: heads).version == nil) }

  @Test("a checksum is 64 digits in either case")
  func checksum() throws {
    #expect(Checksum(sum.uppercased())?.description == sum)
    for text in ["", String(sum.dropLast()), sum + "0", "g" + sum.dropFirst()] {
      #expect(Checksum(text) == nil)
    }
  }

  @Test("progress says share, speed and the time that is left")
  func progress() {
    #expect(
      FetchProgress.line("m", bytes: 1 << 20, total: 4 << 20, bytesPerSecond: Double(1 << 20))
        == "m [#######.......................] 25 % of 4.0 MiB, 1.0 MiB/s, 0:03 left")
    #expect(FetchProgress.line("m", bytes: 512, total: nil, bytesPerSecond: 0) == "m 512 B, 0 B/s")
    #expect(
      FetchProgress.line("m", bytes: 1, total: 1 << 40, bytesPerSecond: 1e8).hasSuffix("3:03:15 left"))
  }
}
