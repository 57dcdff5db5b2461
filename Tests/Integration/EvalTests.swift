import Foundation
import Testing

extension RealClients {
  @Suite("eval")
  struct EvalTests {
    private let text = String(
      repeating: "The sea is wide, and the ship is small. Who can tell where it goes? ", count: 12)

    @Test("caches are compared on a text, and the report is written in every form")
    func perplexity() async throws {
      try await withFolder { folder in
        try text.write(to: folder.appending(path: "text.txt"), atomically: true, encoding: .utf8)
        let outputs = ["json", "csv", "html"].map { folder.appending(path: "report.\($0)").path }
        let command = try await run(
          ["perplexity", "--text", folder.appending(path: "text.txt").path, "--tokens", "160"]
            + ["--policies", "roco,streaming", "--budgets", "32,50%"] + outputs.flatMap { ["--output", $0] })
        #expect(command.status == 0, "\(command.errors)")
        #expect(command.text.contains("streaming") && command.errors.contains("left: "))
        let cells = try JSON.parse(Data(contentsOf: URL(filePath: outputs[0]))).cells
        #expect(cells.items.map(\.policy) == ["full", "roco", "roco", "streaming", "streaming"])
        #expect(cells.items.map(\.kept_slots.int) == [160, 32, 80, 32, 80])
        #expect(Set(cells.items.map(\.scored_tokens.int)) == [128])
        #expect(try String(contentsOfFile: outputs[1], encoding: .utf8).split(separator: "\n").count == 6)
        #expect(try String(contentsOfFile: outputs[2], encoding: .utf8).contains("<polyline"))
      }
    }

    @Test("the other measures run, and their JSON has a row for every cache")
    func others() async throws {
      try await withFolder { folder in
        let path = folder.appending(path: "text.txt")
        try text.write(to: path, atomically: true, encoding: .utf8)
        let caches = ["--policies", "tova", "--budgets", "48", "--json"]
        for arguments in [
          [
            "agreement", "--text", path.path, "--prompts", "1", "--prompt-tokens", "100", "--new-tokens", "4",
          ],
          ["recall", "--lengths", "200", "--depths", "50%", "--trials", "1", "--tasks", "passkey"],
          ["speed", "--prompt-tokens", "100", "--new-tokens", "4", "--repetitions", "1"],
        ] {
          let command = try await run(arguments + caches)
          try #require(command.status == 0, "\(command.errors)")
          #expect(try JSON.parse(command.output).cells.items.map(\.policy) == ["full", "tova"])
        }
      }
    }

    @Test("the default model finds a pass key in a thousand tokens with a full cache")
    func passkey() async throws {
      let command = try await run([
        "recall", "--tasks", "passkey", "--trials", "1", "--policies", "full", "--json",
      ])
      try #require(command.status == 0, "\(command.errors)")
      #expect(try JSON.parse(command.output).cells[0].right == 1)
    }

    @Test(
      "what cannot be measured is refused before anything is",
      arguments: [
        (
          ["speed", "--output", "report.txt"], "--output is 'report.txt'; expected a name that ends in .json"
        ),
        (["speed", "--output", "/nowhere/report.html"], "in a folder that cannot be written to"),
        (["speed", "--policies", "rocko"], "unknown eviction policy 'rocko'"),
        (["speed", "--repetitions", "0"], "--repetitions is 0; expected 1 or more"),
        (
          ["perplexity", "--text", "/nowhere.txt"],
          "--text is '/nowhere.txt', which is no readable UTF-8 file"
        ),
        (["perplexity", "--text", "x", "--budgets", "64"], "add --policies"),
        (["recall", "--depths", "2"], "--depths has '2'; expected 0 to 1, or 0% to 100%"),
        (["recall", "--tasks", "riddle"], "--tasks has 'riddle'; expected passkey, key-value"),
      ])
    func refusals(arguments: [String], complaint: String) async throws {
      let command = try await run(arguments)
      #expect(command.status != 0)
      #expect(command.errors.contains(complaint), "\(command.errors)")
      #expect(command.output.isEmpty)
    }

    private func run(_ arguments: [String]) async throws -> Command {
      try await Command.run(
        #require(Surroundings.binary),
        ["eval", arguments[0], "--model", #require(Surroundings.model)] + arguments.dropFirst())
    }

    private func withFolder(_ body: (URL) async throws -> Void) async throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "kvota-test-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      try await body(folder)
    }
  }
}
