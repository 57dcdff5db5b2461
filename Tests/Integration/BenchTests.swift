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
        (["--only", "nothing"], "--only is 'nothing', which is in no row's name; rows: prefill 128;"),
        (
          ["--kernels", "--only", "nothing"], "--only is 'nothing', which is in no row's name; rows: multiply"
        ),
        (["--kernels", "--full"], "--kernels is measured alone"),
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
        [
          "bench", "--model", #require(Surroundings.model), "--only", "batch 1", "--peer-server",
          "/bin/false",
        ])
      #expect(command.status != 0)
      #expect(
        command.errors.contains(
          "the server ended with status 1 before it was ready; try it by hand: /bin/false -m"))
      #expect(command.output.isEmpty)
    }

    @Test(
      "chosen rows are measured against ceilings of the same run, and take the memory that the formula says")
    func rows() async throws {
      let report = try await report(["--only", "roco 128"])
      let row = report.rows[0]
      #expect(report.rows.items.count == 1)
      #expect(row.name == "decode at 1024, roco 128")
      #expect(row.tokens_per_second.median.number > 0)
      #expect(row.share_of_floor.number > 0)
      #expect(report.ceilings.bytes_per_second.repetitions.items.count == 4)
      #expect((0.98...1).contains(row.kv_memory.held_bytes.number / row.kv_memory.formula_bytes.number))
    }

    @Test("a server's start and memory are measured in a process of its own")
    func footprint() async throws {
      let report = try await report(["--only", "memory"])
      #expect(report.footprint.seconds_to_ready.median.number > 0)
      #expect(report.footprint.peak_bytes_loaded.median.number > Double(1 << 20))
      #expect(report.rows == [])
    }

    @Test("kernels are told as a share of what limits them")
    func kernels() async throws {
      let report = try await report(["--kernels", "--only", "Q8_0, 64"])
      #expect(report.kernels.items.map(\.unit.string) == ["Gop/s"])
      #expect(report.kernels[0].share_of_ceiling.number > 0)
    }

    private func report(_ options: [String]) async throws -> JSON {
      let model = try #require(Surroundings.model)
      let command = try await Command.run(
        #require(Surroundings.binary), ["bench", "--model", model, "--repetitions", "1", "--json"] + options)
      try #require(command.status == 0, "\(command.errors)")
      return try JSON.parse(command.output)
    }
  }
}

extension JSON {
  fileprivate var number: Double { if case .number(let number) = self { number } else { .nan } }
}
