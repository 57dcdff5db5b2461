import Testing

@testable import kvota

@Suite("a program that is run", .timeLimit(.minutes(15))) struct ToolTests {
  @Test("may say more than a pipe holds, on both of its outputs")
  func longOutput() throws {
    let tool = try Tool.run("sh", ["-c", "head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; exit 3"])
    #expect(tool.status == 3)
    #expect(tool.output.utf8.count == 300_000 && tool.errors.utf8.count == 300_000)
  }

  @Test("gets its input, and one that is not there is named")
  func input() throws {
    #expect(try Tool.run("cat", [], input: "abc").output == "abc")
    #expect(throws: FetchError.missingTool("kvota-nothing")) { try Tool.run("kvota-nothing", []) }
  }
}
