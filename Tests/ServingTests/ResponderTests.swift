import Testing

@testable import Serving

@Suite struct ResponderTests {
  @Test("the header of ignored fields names them, and stays short however many there are")
  func ignoredFields() {
    #expect(Responder.listed(["a", "b"]) == "a, b")
    let many = Responder.listed(Array(repeating: String(repeating: "x", count: 1000), count: 1000))
    #expect(many.utf8.count < 2048 && many.hasSuffix(", ..."))
  }
}
