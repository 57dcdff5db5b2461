import Foundation
import Testing

/// `kvota fetch` against a server that behaves as the scenario says; see Clients/fetch.py.
@Suite("fetch", .serialized, .enabled(if: Surroundings.binary != nil && Surroundings.python != nil))
struct FetchTests {
  private struct Result: Decodable {
    struct Run: Decodable {
      let status: Int
      let output: String
      let errors: String
    }
    struct Request: Decodable {
      let method: String
      let path: String
      let host: String
      let range: String?
      let authorization: String?
      let ifRange: String?

      enum CodingKeys: String, CodingKey {
        case method, path, host, range, authorization
        case ifRange = "if-range"
      }
    }

    let runs: [Run]
    let requests: [Request]
    let content: String
    let files: [String]
    let size: Int

    var gets: [Request] { requests.filter { $0.method == "GET" && $0.path.hasPrefix("/cdn/") } }
    var errors: String { runs.last?.errors ?? "" }
  }

  private func run(_ scenario: String) async throws -> Result {
    let command = try await Command.run(
      try #require(Surroundings.python),
      ["\(Surroundings.clients)/fetch.py", try #require(Surroundings.binary), scenario])
    try #require(command.status == 0, "\(command.errors)")
    return try JSONDecoder().decode(Result.self, from: command.output)
  }

  @Test("a file of Hugging Face is fetched through its redirection and checked, and nothing else is left")
  func good() async throws {
    let result = try await run("good")
    #expect(result.runs[0].status == 0 && result.content == "right", "\(result.errors)")
    #expect(result.runs[0].output.contains("its SHA-256 is right"))
    #expect(result.files == ["model.gguf"] && result.gets.count == 1)
  }

  @Test("the token is shown to Hugging Face and to nobody that it redirects to")
  func token() async throws {
    let result = try await run("private")
    #expect(result.content == "right", "\(result.errors)")
    for request in result.requests {
      #expect(request.authorization == (request.host == "localhost" ? nil : "Bearer hf_secret"))
    }
    #expect(Set(result.requests.map(\.host)) == ["localhost", "127.0.0.1"])
  }

  @Test("a cut connection is gone on with where it ended, if the file is the same")
  func cut() async throws {
    let result = try await run("cut")
    #expect(result.content == "right", "\(result.errors)")
    #expect(result.gets.map(\.range) == [nil, "bytes=1000000-"])
    #expect(result.gets.last?.ifRange == "\"first\"")
    #expect(result.runs[0].output.contains("without a checksum"))
  }

  @Test("what an earlier run began is gone on with")
  func left() async throws {
    let result = try await run("left")
    #expect(result.content == "right" && result.gets.map(\.range) == ["bytes=1234567-"], "\(result.errors)")
    #expect(result.errors.contains("going on after"))
  }

  @Test("what was begun of another version is begun anew")
  func stale() async throws {
    let result = try await run("stale")
    #expect(result.content == "right" && result.gets.map(\.range) == [nil], "\(result.errors)")
  }

  @Test("a file that changes on the way is never put together from two")
  func changed() async throws {
    let result = try await run("changed")
    #expect(result.content == "other" && result.gets.count == 3, "\(result.errors)")
  }

  @Test("servers without ranges give the whole file again")
  func noRanges() async throws {
    let result = try await run("no-ranges")
    #expect(result.content == "right" && result.gets.allSatisfy { $0.range == nil }, "\(result.errors)")
  }

  @Test("servers that refuse HEAD are asked without")
  func noHead() async throws {
    let result = try await run("no-head")
    #expect(result.content == "right" && result.gets.count == 1, "\(result.errors)")
  }

  @Test("a file with another checksum than announced is thrown away")
  func wrong() async throws {
    let result = try await run("wrong")
    #expect(result.runs[0].status != 0 && result.content == "none")
    #expect(result.errors.contains("was expected; what came is thrown away"))
    #expect(result.files == [])
  }

  @Test("a file that is there already is not fetched again")
  func twice() async throws {
    let result = try await run("twice")
    #expect(result.runs[1].status == 0 && result.runs[1].output.contains("there already"))
    #expect(result.gets.count == 1)
  }

  @Test("an older file gives way to the new one, which is checked as the user says")
  func replaced() async throws {
    let result = try await run("replaced")
    #expect(
      result.content == "right" && result.runs[0].output.contains("SHA-256 is right"), "\(result.errors)")
  }

  @Test("--output makes the folder that it names")
  func elsewhere() async throws {
    let result = try await run("elsewhere")
    #expect(result.content == "right" && result.files == ["deep/folder/named.gguf"], "\(result.errors)")
  }

  @Test(
    "what cannot be fetched is refused with the reason",
    arguments: [
      ("missing", "404: there is no such file"), ("no-room", "has room for"),
      ("hopeless", "fetch again to go on"),
    ])
  func refused(scenario: String, reason: String) async throws {
    let result = try await run(scenario)
    #expect(result.runs[0].status != 0 && result.content == "none")
    #expect(result.errors.contains(reason), "\(result.errors)")
  }
}
