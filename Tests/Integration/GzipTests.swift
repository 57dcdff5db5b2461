import Foundation
import Testing

extension RealClients {
  @Suite("gzip by curl and gzip")
  struct GzipTests {
    private let takesGzip = ["--header", "accept-encoding: gzip"]

    @Test(
      "a long answer comes compressed to who takes it, and is the same",
      arguments: ["/metrics", "/v1/models"])
    func longAnswer(path: String) async throws {
      let url = try RealClients.server.address + path
      let plain = try await Curl.get(url)
      try #require(plain.body.count > 1024)
      #expect(plain.headers["content-encoding"] == nil)
      #expect(plain.headers["vary"] == "accept-encoding")
      let packed = try await Curl.get(url, takesGzip)
      #expect(packed.headers["content-encoding"] == "gzip")
      #expect(packed.headers["vary"] == "accept-encoding")
      #expect(packed.body.count < plain.body.count / 2)
      let unpacked = try await gzip(["-d"], packed.body)
      // Metrics count on; their names stay.
      #expect(unpacked.prefix(200) == plain.body.prefix(200))
      #expect(try await Curl.get(url, takesGzip + ["--head"]).headers["content-encoding"] == "gzip")
    }

    @Test("a short answer, and one to a client that does not take gzip, stay as they are")
    func plainAnswer() async throws {
      let server = try RealClients.server
      let short = try await Curl.get(server.address + "/livez", takesGzip)
      #expect(short.headers["content-encoding"] == nil)
      let refused = try await Curl.get(
        server.address + "/metrics", ["--header", "accept-encoding: gzip;q=0, br"])
      #expect(refused.headers["content-encoding"] == nil)
    }

    @Test("a stream is never compressed")
    func stream() async throws {
      let answer = try await post(
        Data(#"{"prompt": "The sea is", "max_tokens": 64, "ignore_eos": true, "stream": true}"#.utf8),
        takesGzip)
      #expect(answer.headers["content-encoding"] == nil)
      #expect(answer.text.hasSuffix("data: [DONE]\n\n"))
    }

    @Test("a compressed body is read", arguments: ["gzip", "x-gzip"])
    func compressedBody(coding: String) async throws {
      let body = try await gzip([], Data(#"{"prompt": "The sea is", "max_tokens": 2}"#.utf8))
      let answer = try await post(body, coded(coding))
      #expect(try answer.json.usage.completion_tokens.int == 2)
    }

    @Test("a body that decompresses to more than the limit is 413, and takes no memory")
    func bomb() async throws {
      let server = try RealClients.server
      // 1 GiB of zeros in 5 MB.
      let bomb = try await Command.run(
        "/usr/bin/env", ["bash", "-c", "head -c 1073741824 /dev/zero | gzip -1"]
      ).output
      #expect(bomb.count < 8 << 20)
      let before = try server.residentBytes
      for _ in 0..<4 {
        let answer = try await post(bomb, coded("gzip"))
        #expect(answer.status == 413)
        #expect(try answer.json.error.message.string?.contains("8388608") == true)
      }
      #expect(try server.residentBytes - before < 64 << 20)
    }

    @Test("a compressed body that is cut, damaged or followed by more is 400")
    func brokenBodies() async throws {
      let good = try await gzip([], Data(#"{"prompt": "The sea is", "max_tokens": 2}"#.utf8))
      var damaged = good
      damaged[good.count - 6] ^= 1
      for body in [good.dropLast(4), damaged, good + good, good + Data([0]), Data("{}".utf8), Data()] {
        let answer = try await post(body, coded("gzip"))
        #expect(answer.status == 400)
      }
    }

    @Test("another coding is 415, and the answer names those that are read")
    func otherCoding() async throws {
      let answer = try await post(Data("{}".utf8), coded("br"))
      #expect(answer.status == 415)
      #expect(answer.headers["accept-encoding"] == "identity, gzip")
    }

    private func coded(_ name: String) -> [String] { ["--header", "content-encoding: \(name)"] }

    private func gzip(_ arguments: [String], _ data: Data) async throws -> Data {
      try await Command.run("/usr/bin/env", ["gzip", "-c"] + arguments, input: data).output
    }

    private func post(_ body: Data, _ arguments: [String]) async throws -> Curl {
      let file = try TemporaryFile.make(body)
      defer { try? FileManager.default.removeItem(at: file) }
      return try await Curl.get(
        RealClients.server.address + "/v1/completions",
        ["--header", "content-type: application/json", "--data-binary", "@\(file.path)"] + arguments)
    }
  }
}
