import Foundation

/// One run of the `wrk` program: requests one after the other on each of some connections.
struct WrkRun: Encodable, Equatable {
  struct Failure: Error, CustomStringConvertible {
    let output: String
    var description: String { "wrk did not run (apt-get install wrk); it said: \(output.prefix(400))" }
  }

  let requestsPerSecond: Double
  /// Answers that are not 2xx, and connections that failed or were cut.
  let errors: Int
  let p50Milliseconds: Double
  let p99Milliseconds: Double

  /// Loads an address for some seconds, posting a body of JSON or, without one, by GET.
  static func measure(_ address: String, body: String?, connections: Int, seconds: Int) throws -> WrkRun {
    let script = FileManager.default.temporaryDirectory.appending(path: "kvota-wrk-\(UUID().uuidString).lua")
    try lua(body).write(to: script, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: script) }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "wrk", "--latency", "-t", "1", "-c", "\(connections)", "-d", "\(seconds)s", "-s", script.path, address,
    ]
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard let run = WrkRun(text) else { throw Failure(output: text) }
    return run
  }

  private static func lua(_ body: String?) -> String {
    guard let body else { return "" }
    return """
      wrk.method = "POST"
      wrk.headers["content-type"] = "application/json"
      wrk.body = [[\(body)]]
      """
  }

  /// Reads what wrk prints; nil if that is no report of it.
  init?(_ text: String) {
    guard let rate = text.firstMatch(of: /Requests\/sec: +([0-9.]+)/).flatMap({ Double($0.output.1) }),
      let p50 = text.firstMatch(of: /50% +([0-9.]+)(us|ms|s)/),
      let p99 = text.firstMatch(of: /99% +([0-9.]+)(us|ms|s)/)
    else { return nil }
    requestsPerSecond = rate
    p50Milliseconds = Self.milliseconds(p50.output.1, p50.output.2)
    p99Milliseconds = Self.milliseconds(p99.output.1, p99.output.2)
    let refused = text.firstMatch(of: /Non-2xx or 3xx responses: (\d+)/).flatMap { Int($0.output.1) } ?? 0
    let broken = text.firstMatch(of: /Socket errors: (.*)/)?.output.1.split { !$0.isNumber }.compactMap {
      Int($0)
    }
    errors = refused + (broken ?? []).reduce(0, +)
  }

  private static func milliseconds(_ number: Substring, _ unit: Substring) -> Double {
    let scale = ["us": 1e-3, "ms": 1, "s": 1e3][unit] ?? .nan
    return (Double(number) ?? .nan) * scale
  }
}
