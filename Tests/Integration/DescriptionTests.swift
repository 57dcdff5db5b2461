import Foundation
import Testing

extension RealClients {
  @Suite("the OpenAPI description")
  struct DescriptionTests {
    @Test("is served as it stands in Docs")
    func served() async throws {
      let served = try await Curl.get(RealClients.server.address + "/openapi.json")
      let file = URL(filePath: Surroundings.clients).appending(path: "../../../Docs/openapi.json")
      #expect(served.body == (try Data(contentsOf: file)))
      #expect(served.headers["content-type"] == "application/json")
    }

    /// A small context and few sequences, so that nothing it thinks of takes long.
    @Test("holds for whatever schemathesis makes of it, and nothing of that is a failure of the server")
    func fuzzed() async throws {
      try await RunningServer.with(["--context", "64", "--max-sequences", "4", "--max-queue", "4"]) {
        server in
        let python = URL(filePath: try #require(Surroundings.python))
        let command = try await Command.run(
          python.deletingLastPathComponent().appending(path: "schemathesis").path,
          [
            "run", server.address + "/openapi.json", "--phases", "examples,coverage,fuzzing", "--mode", "all",
            "--max-examples", "15", "--seed", "1", "--no-color", "--generation-database", "none",
            "--request-timeout", "30", "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
          ])
        #expect(command.status == 0, "\(command.text.suffix(6000))")
      }
    }
  }
}
