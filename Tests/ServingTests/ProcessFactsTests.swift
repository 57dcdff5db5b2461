import Testing

@testable import Serving

@Suite struct ProcessFactsTests {
  @Test("times and memory are found behind a name that holds anything")
  func stat() throws {
    let fields = (3...52).map { ["14": "250", "15": "50", "24": "100"]["\($0)"] ?? "1" }
    let facts = try #require(
      ProcessFacts(
        stat: "7 (a) b) R " + fields.dropFirst().joined(separator: " "), ticksPerSecond: 100, pageBytes: 4096)
    )
    #expect(facts.processorSeconds == 3 && facts.residentBytes == 409_600)
  }

  @Test("another text says nothing", arguments: ["", "7 (a", "7 (a) R 1 2 3"])
  func other(text: String) { #expect(ProcessFacts(stat: text, ticksPerSecond: 100, pageBytes: 4096) == nil) }

  @Test("this process is known")
  func current() throws { #expect(try #require(ProcessFacts.current).residentBytes > 1 << 20) }
}
