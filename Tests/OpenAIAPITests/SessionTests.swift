import Testing

@testable import OpenAIAPI

@Suite struct SessionTests {
  @Test(
    "a session's name is a file name everywhere",
    arguments: ["a", "talk-1.b_C", String(repeating: "x", count: 128)])
  func names(name: String) throws {
    #expect(
      try RequestDecoding.completion(Array(#"{"prompt":"x","session":"\#(name)"}"#.utf8)).parameters.session
        == name)
  }

  @Test(
    "other names are refused",
    arguments: ["", ".a", "a/b", "../a", "a b", "é", "a\\u0000", String(repeating: "x", count: 129)])
  func refusedNames(name: String) {
    #expect(completionError(#"{"prompt":"x","session":"\#(name)"}"#)?.param == "session")
  }

  @Test(
    "a session has one text, which ends where its tokens do",
    arguments: [
      (#""prompt":"x","n":2"#, "n"), (#""prompt":["x","y"]"#, "prompt"),
      (#""prompt":"x","stop":"\n""#, "stop"),
    ])
  func oneText(fields: String, param: String) {
    #expect(completionError("{\(fields)}") == nil)
    #expect(completionError(#"{\#(fields),"session":"a"}"#)?.param == param)
  }
}
