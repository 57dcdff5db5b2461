import Foundation
import Testing

extension RealClients {
  @Suite("what README and the guide tell people to type")
  struct DocumentationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")

    /// What stands in the fenced blocks of a language, each as one text.
    private static func blocks(of language: String, in file: String) throws -> [String] {
      let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
      return text.components(separatedBy: "\n```\(language)\n").dropFirst().compactMap {
        $0.components(separatedBy: "\n```").first
      }
    }

    private static func examples(of language: String, holding word: String) throws -> [String] {
      try ["README.md", "Docs/guide.md"].flatMap { try blocks(of: language, in: $0) }
        .filter { $0.contains(word) }
    }

    private static func serving(_ body: (RunningServer) async throws -> Void) async throws {
      let folder = NSTemporaryDirectory() + "kvota-guide-\(UUID())"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      try await RunningServer.with(["--session-dir", folder], body)
    }

    @Test("each curl line is answered with 200")
    func curl() async throws {
      let lines = try Self.examples(of: "sh", holding: "curl ")
      try #require(lines.count >= 2)
      try await Self.serving { server in
        for line in lines {
          let here = line.replacing("http://127.0.0.1:8080", with: server.address)
            .replacing("curl ", with: "curl --fail-with-body --silent --max-time 60 ")
          let command = try await Command.run("/bin/sh", ["-c", here])
          #expect(command.status == 0, "\(line)\n\(command.text)\(command.errors)")
          #expect(try JSON.parse(command.output).choices[0].finish_reason != nil, "\(line)")
        }
      }
    }

    @Test("the answer shown in README is the one that comes, but for its id and time")
    func answer() async throws {
      let shown = try #require(try Self.blocks(of: "json", in: "README.md").first)
      let line = try #require(try Self.blocks(of: "sh", in: "README.md").first { $0.contains("curl ") })
      let expected = try JSON.parse(Data(shown.replacing("\n", with: " ").utf8))
      try await Self.serving { server in
        let command = try await Command.run(
          "/bin/sh", ["-c", line.replacing("http://127.0.0.1:8080", with: server.address)])
        let answer = try JSON.parse(command.output)
        #expect(answer.usage == expected.usage)
        #expect(answer.names == expected.names)
      }
    }

    @Test("each Python program runs to its end")
    func python() async throws {
      let programs = try Self.examples(of: "python", holding: "openai")
      try #require(!programs.isEmpty)
      try await Self.serving { server in
        for program in programs {
          let here = program.replacing("http://127.0.0.1:8080", with: server.address)
          let command = try await Command.run(try #require(Surroundings.python), ["-c", here])
          #expect(command.status == 0 && !command.text.isEmpty, "\(program)\n\(command.errors)")
        }
      }
    }
  }
}
