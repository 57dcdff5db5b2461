import Testing

extension RealClients {
  @Suite("bench")
  struct BenchTests {
    @Test(
      "what cannot be measured is refused before anything is",
      arguments: [
        (["--repetitions", "0"], "--repetitions is 0; expected 1 to 1000"),
        (
          ["--peer-server", "/nowhere/llama-server"],
          "--peer-server is '/nowhere/llama-server', which is no program"
        ),
        (["--threads", "none"], "'none'"),
        (["--model", "/nowhere/model.gguf"], "'/nowhere/model.gguf'"),
      ])
    func refusals(options: [String], complaint: String) async throws {
      let command = try await Command.run(
        #require(Surroundings.binary), ["bench", "--model", #require(Surroundings.model)] + options)
      #expect(command.status != 0)
      #expect(command.errors.contains(complaint))
      #expect(command.output.isEmpty)
    }

    @Test("a peer that ends before it is ready is told with its status, and how to try it by hand")
    func peerThatEnds() async throws {
      let command = try await Command.run(
        #require(Surroundings.binary),
        ["bench", "--model", #require(Surroundings.model), "--peer-server", "/bin/false"])
      #expect(command.status != 0)
      #expect(
        command.errors.contains(
          "the peer ended with status 1 before it was ready; try it by hand: /bin/false -m"))
      #expect(command.output.isEmpty)
    }
  }
}
