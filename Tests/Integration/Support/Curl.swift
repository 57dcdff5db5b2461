import Foundation
import Testing

/// What curl got.
struct Curl: Sendable {
  let status: Int
  /// By lower-case name.
  let headers: [String: String]
  let body: Data

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON { get throws { try JSON.parse(body) } }

  static func get(_ url: String, _ arguments: [String] = []) async throws -> Curl {
    let command = try await run(["--include", "--header", "expect:"] + arguments + [url])
    return try Curl(response: command.output)
  }

  /// Posts a JSON body to a server, by default the one that is shared.
  static func post(
    _ path: String, _ body: JSON, at server: RunningServer? = nil, _ arguments: [String] = []
  ) async throws -> Curl {
    let server = try server ?? RealClients.server
    let text = String(decoding: try body.encoded(), as: UTF8.self)
    return try await get(
      server.address + path,
      server.curlArguments + ["--header", "content-type: application/json", "--data-raw", text] + arguments)
  }

  static func run(_ arguments: [String]) async throws -> Command {
    try await Command.run("/usr/bin/env", ["curl", "--silent", "--max-time", "60"] + arguments)
  }

  /// Splits what `--include` shows; status 0 if there was no response.
  private init(response: Data) throws {
    let end = response.firstRange(of: Data("\r\n\r\n".utf8))
    let head = String(decoding: response[..<(end?.lowerBound ?? response.startIndex)], as: UTF8.self)
    let lines = head.split(separator: "\r\n")
    status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    self.headers = headers
    body = end.map { Data(response[$0.upperBound...]) } ?? Data()
  }
}
