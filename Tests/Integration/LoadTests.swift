import Foundation
import Testing

extension RealClients {
  @Suite("load and soak")
  struct LoadTests {
    @Test("clients at once are all answered, and what they saw is told; those that leave are no failures")
    func load() async throws {
      let command = try await bench(
        "load", ["--requests", "12", "--rounds", "1", "--clients", "4", "--cancel", "30%", "--json"])
      let result = try JSON.parse(command.output).results[0]
      #expect(result.server == "kvota" && result.failures == [:])
      let (done, left) = (try #require(result.done.int), try #require(result.left.int))
      #expect(done + left == 12 && left > 0)
      #expect(result.time_to_first_token.p50_milliseconds.number > 0)
      #expect(result.inter_token.p99_milliseconds.number > 0)
      #expect(result.output_tokens_per_second.median.number > 0)
    }

    @Test("requests of a trace come at their times")
    func trace() async throws {
      let trace = try TemporaryFile.make(
        .init(
          """
          {"prompt_tokens": 20, "output_tokens": 4, "at": 0.5}
          {"prompt_tokens": 10, "output_tokens": 2, "at": 0}
          """.utf8))
      defer { try? FileManager.default.removeItem(at: trace) }
      let command = try await bench("load", ["--trace", trace.path, "--rounds", "1", "--json"])
      let report = try JSON.parse(command.output)
      #expect(report.arrivals == "requests at the times of the trace")
      #expect(report.results[0].done == 2)
    }

    @Test("more conversations run at once under a budget, and all are answered")
    func conversations() async throws {
      let command = try await bench(
        "conversations",
        ["--kv-memory", "32MiB", "--tokens", "600", "--answer-tokens", "40", "--kv-budget", "128", "--json"])
      let rows = try JSON.parse(command.output).rows
      for row in rows.items { #expect(row.served == row.sent) }
      let (full, budget) = (try #require(rows[0].at_once.int), try #require(rows[1].at_once.int))
      #expect(full >= 1 && budget >= 2 * full)
    }

    @Test("after a soak nothing is in use, and memory stayed within weights, pool and what is documented")
    func soak() async throws {
      let command = try await bench("soak", ["--minutes", "0.3", "--kv-memory", "64MiB", "--json"])
      let report = try JSON.parse(command.output)
      #expect(report.complaints == [])
      #expect(try #require(report.done.int) > 0 && #require(report.left.int) > 0)
      #expect(report.checks.used_bytes == 0 && report.checks.reserved_bytes == 0)
    }

    @Test(
      "what cannot be is refused before a server starts",
      arguments: [
        ("load", ["--clients", "4", "--rate", "1"], "expected one of --clients and --rate"),
        ("load", ["--rate", "0"], "--rate is not above 0"), ("load", ["--cancel", "200%"], "'200%'"),
        ("soak", ["--minutes", "0"], "--minutes is 0.0; expected 0.05 to 1440"),
        ("conversations", ["--tokens", "50"], "--tokens is 50; expected 101 or more"),
      ])
    func refusals(name: String, options: [String], complaint: String) async throws {
      let command = try await Command.run(
        #require(Surroundings.binary), ["bench", name, "--model", #require(Surroundings.model)] + options)
      #expect(command.status != 0 && command.output.isEmpty)
      #expect(command.errors.contains(complaint), "\(command.errors)")
    }

    private func bench(_ name: String, _ options: [String]) async throws -> Command {
      let command = try await Command.run(
        #require(Surroundings.binary), ["bench", name, "--model", #require(Surroundings.model)] + options)
      try #require(command.status == 0, "\(command.errors) \(command.text)")
      return command
    }
  }
}

extension JSON {
  fileprivate var number: Double { if case .number(let number) = self { number } else { .nan } }
}
