import Caching
import Testing

@testable import kvota

@Suite("soak")
struct SoakTests {
  private func checks(
    resident: [Int] = Array(repeating: 300 << 20, count: 90),
    outside: [Int] = Array(repeating: 180 << 20, count: 90), used: Int = 0, failures: [String: Int] = [:]
  ) -> SoakChecks {
    SoakChecks(
      residentBytes: resident, outsidePoolBytes: outside, weightBytes: 100 << 20, poolBytes: 256 << 20,
      usedBytes: used, reservedBytes: 0, unfinished: 0, failures: failures)
  }

  @Test("a flat server that gave everything back has no complaints")
  func good() { #expect(checks().complaints == []) }

  @Test("each thing that does not hold is told")
  func complaints() {
    #expect(checks(used: 4096).complaints.contains { $0.contains("4096 bytes of the pool in use") })
    #expect(checks(failures: ["HTTP 500": 3]).complaints == ["3 requests failed: HTTP 500"])
    #expect(checks(resident: []).complaints == ["the server's memory could not be read"])
    #expect(checks(outside: []).complaints == ["the server's memory could not be told from its pool"])
    let beyond = checks(resident: Array(repeating: 600 << 20, count: 90)).complaints
    #expect(beyond.count == 1 && beyond[0].hasPrefix("600.0 MiB were resident, more than weights, pool"))
    let growing = checks(outside: (0..<90).map { (300 + $0) << 20 }).complaints
    #expect(
      growing == [
        "memory outside the pool grew: mostly 344.5 MiB in the second third, 374.5 MiB in the last"
      ]
    )
  }

  @Test("memory that is taken at the start, or is high for a moment, has not grown")
  func settling() {
    let filling = (0..<30).map { (200 + 3 * $0) << 20 } + Array(repeating: 300 << 20, count: 60)
    #expect(checks(outside: filling).complaints == [])
    var peaked = Array(repeating: 300 << 20, count: 90)
    peaked[80] = 400 << 20
    #expect(checks(outside: peaked).complaints == [])
  }

  @Test("in less than a minute memory may still settle")
  func short() { #expect(checks(outside: (0..<30).map { (300 + $0) << 20 }).complaints == []) }

  @Test("requests of all kinds come, and the same for the same seed")
  func variety() throws {
    var (requests, same) = (
      SoakRequests(vocabularySize: 100, seed: 1), SoakRequests(vocabularySize: 100, seed: 1)
    )
    let drawn = try (0..<400).map { _ in try requests.next() }
    for request in drawn.prefix(10) { #expect(try same.next().json == request.json) }
    for policy in EvictionPolicies.names {
      #expect(drawn.contains { $0.json.contains("\"policy\":\"\(policy)\"") }, "\(policy)")
    }
    #expect(Set(drawn.map(\.isStreamed)) == [true, false])
    let left = drawn.count { $0.departure != nil }
    #expect((80..<190).contains(left))
  }

  @Test("metrics are read by name, labels added up")
  func metrics() {
    let page = Exposition("# TYPE a counter\na{x=\"1 2\"} 3\na{x=\"3\"} 4\nb 1.5\n")
    #expect(page["a"] == 7 && page.count("a") == 7)
    #expect(page["b"] == 1.5 && page.count("b") == nil && page["c"] == nil)
  }

  @Test("the peer's log tells the size of its keys and values")
  func peerLog() {
    #expect(
      ConversationBenchmark.keyValueBytes(log: "I llama_kv_cache: CPU KV buffer size =   180.00 MiB\n") == 180
        << 20)
    #expect(ConversationBenchmark.keyValueBytes(log: "nothing") == nil)
  }
}
