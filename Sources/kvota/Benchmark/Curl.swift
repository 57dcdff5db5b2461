import Foundation

/// HTTP with a peer, by the `curl` program.
enum Curl {
  struct Failure: Error, CustomStringConvertible {
    let status: Int32
    let address: String
    var description: String {
      "curl ended with status \(status) at \(address); its message is above, `man curl` has the numbers"
    }
  }

  /// Whether something answers there with success.
  static func answers(_ address: String) throws -> Bool {
    try run(["--fail", "--max-time", "5", "--output", "/dev/null", address]).status == 0
  }

  /// Whether nobody listens there.
  static func isFree(_ address: String) throws -> Bool {
    let couldNotConnect: Int32 = 7
    return try run(["--max-time", "5", "--output", "/dev/null", address]).status == couldNotConnect
  }

  /// Posts JSON and returns the answer's body.
  static func post(_ json: String, to address: String) throws -> Data {
    let (status, output) = try run(["--fail", "--show-error"] + headers + ["--data-binary", json, address])
    guard status == 0 else { throw Failure(status: status, address: address) }
    return output
  }

  /// Posts the same JSON `count` times at once, and waits for all answers.
  static func postAtOnce(_ json: String, to address: String, count: Int) throws {
    let targets = (0..<count).flatMap { _ in ["--output", "/dev/null", address] }
    let parallel = [
      "--no-progress-meter", "--parallel", "--parallel-immediate", "--parallel-max", "\(count)",
    ]
    let (status, _) = try run(
      ["--fail", "--show-error"] + parallel + headers + ["--data-binary", json] + targets)
    guard status == 0 else { throw Failure(status: status, address: address) }
  }

  private static let headers = ["--header", "content-type: application/json"]

  private static func run(_ arguments: [String]) throws -> (status: Int32, output: Data) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["curl", "--silent", "--noproxy", "*"] + arguments
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, data)
  }
}
