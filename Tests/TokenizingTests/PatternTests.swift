import Testing

@testable import Tokenizing

@Suite("patterns") struct PatternTests {
  private func match(_ pattern: String, _ text: String) throws -> String? {
    let bytes = Array(text.utf8)
    return try Pattern(pattern).match(bytes, from: 0, end: bytes.count).map {
      String(decoding: bytes[..<$0], as: UTF8.self)
    }
  }

  @Test(
    "what a pattern matches from the start",
    arguments: [
      ("a|ab", "abc", "a"), ("a+b", "aaab", "aaab"), ("a+a", "aaa", "aaa"), ("a++a", "aaa", nil),
      ("a{2}", "aaa", "aa"), ("a{1,2}b", "aab", "aab"), ("a{2,}", "aaaa", "aaaa"), ("a{2}", "a", nil),
      (#"\s+(?!\S)"#, "   x", "  "), (#"\s+(?!\S)"#, "   ", "   "), ("(?:ab)?c", "abc", "abc"),
      ("(?:ab)?c", "c", "c"),
      ("(?i:'LL)", "'ll", "'ll"), ("(?i:k)", "\u{212A}", "\u{212A}"), ("[^a-c]+", "xyzab", "xyz"),
      (#"[\p{Lu}\p{M}]+"#, "É\u{301}é", "É\u{301}"), (#"\P{L}+"#, "12é", "12"), ("a(?=b)", "ab", "a"),
      ("a(?=b)", "ac", nil),
      (#"a$"#, "a", "a"), (#"a$"#, "ab", nil), (#"\d+"#, "٣4½", "٣4"), (#"[\[\]\\]+"#, "[]\\x", "[]\\"),
      ("[a-]+", "a-b", "a-"),
      ("", "a", ""), (#"\S"#, " ", nil), ("(?:a|ab)c", "abc", "abc"),
    ])
  func matches(pattern: String, text: String, expected: String?) throws {
    #expect(try match(pattern, text) == expected)
  }

  @Test(
    "a pattern that is not known is refused with its place",
    arguments: [
      ("[a", "']'"), ("(a", "')'"), (")", "the pattern's end"), ("*a", "a character"),
      (#"\"#, "after the backslash"), (#"\q"#, "one of"),
      (#"\p{Klingon}"#, "general category"), ("a{3,2}", "as many at most"), ("a{9999}", "a number"),
      ("(?:a)+", "no repetition of a group"),
      ("[b-a]", "end of a range"), ("(?<a>b)", "':'"), ("a{", "a number"),
      (String(repeating: "(", count: 20), "at most 8 groups"),
    ])
  func refused(pattern: String, expected: String) {
    let error = #expect(throws: PatternError.self) { try Pattern(pattern) }
    #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
  }

  @Test("a run of a megabyte is one match")
  func longRun() throws {
    let text = String(repeating: "a", count: 1 << 20)
    #expect(try match(#"\s*[\r\n]+|a+b|a+"#, text)?.utf8.count == 1 << 20)
  }
}
