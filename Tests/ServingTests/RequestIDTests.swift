import Testing

@testable import Serving

@Suite struct RequestIDTests {
  @Test("a client's own id is kept if it can stand in headers and logs")
  func own() {
    #expect(RequestID.choose("job-7_a.B") == "job-7_a.B")
    for odd in ["", "two words", "line\nend", "ü", String(repeating: "a", count: 129)] {
      #expect(RequestID.choose(odd).hasPrefix("req-"), "\(odd)")
    }
  }

  @Test("new ids are 24 hexadecimal digits and all different")
  func new() {
    let ids = (0..<10_000).map { _ in RequestID.choose(nil) }
    #expect(Set(ids).count == ids.count)
    #expect(
      ids.allSatisfy { id in
        id.utf8.count == 28 && id.hasPrefix("req-") && id.dropFirst(4).allSatisfy(\.isHexDigit)
      })
  }
}
