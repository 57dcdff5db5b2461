import Testing

@testable import kvota

@Suite struct WrkRunTests {
  private static let report = """
    Running 5s test @ http://127.0.0.1:8080/health
      1 threads and 8 connections
      Thread Stats   Avg      Stdev     Max   +/- Stdev
        Latency   420.11us  180.06us   6.53ms   94.11%
        Req/Sec    18.95k     1.02k   20.93k    70.59%
      Latency Distribution
         50%  402.00us
         75%  455.00us
         90%    1.10ms
         99%    1.25s
      96105 requests in 5.10s, 20.90MB read
    """

  @Test("wrk's report is read, whatever its units")
  func reads() throws {
    let run = try #require(WrkRun(Self.report + "\nRequests/sec:  18844.07\nTransfer/sec:      4.10MB\n"))
    #expect(run.requestsPerSecond == 18_844.07)
    #expect(run.p50Milliseconds == 0.402)
    #expect(run.p99Milliseconds == 1250)
    #expect(run.errors == 0)
  }

  @Test("refused requests and broken connections are errors")
  func countsErrors() {
    let troubles =
      "\n  Socket errors: connect 1, read 20, write 0, timeout 300\n  Non-2xx or 3xx responses: 4000\n"
    #expect(WrkRun(Self.report + troubles + "Requests/sec: 1.00\n")?.errors == 4321)
  }

  @Test("other text is no report")
  func refusesOtherText() { #expect(WrkRun("wrk: command not found") == nil) }
}
