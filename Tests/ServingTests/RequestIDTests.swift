import Testing

@testable import Serving

@Suite struct RequestIDTests {
  @Test("sane ids, which are kept, have 1 to 128 letters, digits, dots, dashes and underscores")
  func sanity() {
    for id in ["a", "0.-_Z", String(repeating: "x", count: 128)] {
      #expect(RequestID.isSane(id) && RequestID.choose(id) == id, "\(id)")
    }
    for id in ["", "a b", "é", "a\n", "a;b", String(repeating: "x", count: 129)] {
      #expect(!RequestID.isSane(id) && RequestID.choose(id).hasPrefix("req-"), "\(id)")
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
