import Foundation
import Testing
import WireFixtures

extension RealClients {
  /// The table of `RawRequest.all`, byte for byte, to the real server.
  ///
  /// They are to `a`, a name that a server on the loopback takes where pages of it may call.
  @Suite("raw requests", .servesModel(["--cors-origins", "http://a"]))
  struct RawRequestTests {
    /// A request whose answer can be told from all others.
    private static let probe =
      "GET /livez HTTP/1.1\r\nHost: a\r\nX-Request-Id: the-probe\r\nConnection: close\r\n\r\n"

    @Test(
      "are answered, refused and closed as the table says, and nothing hidden in them is answered",
      arguments: RawRequest.all)
    func meetsTable(request: RawRequest) async throws {
      let client = try await RawClient(port: RealClients.server.port)
      let isWaiting = request.ending == .waiting
      // The server may have closed before all is sent.
      try? await client.send(request.bytes + (isWaiting ? [] : Array(Self.probe.utf8)))
      if isWaiting { client.endInput() }
      let answer = try await client.readToEnd()
      let statuses = answer.matches(of: /HTTP\/1\.1 (\d{3})\s/).compactMap { Int($0.output.1) }
      let probes = request.ending == .open ? 1 : 0
      #expect(statuses == request.answers + Array(repeating: 200, count: probes))
      #expect(answer.matches(of: /x-request-id: the-probe/).count == probes)
    }
  }
}
