import Foundation
import Synchronization
import Testing

/// The real binary, serving the real model on a free port.
final class RunningServer: Sendable {
  static let model = "smollm2-135m-instruct"

  /// Such as `http://127.0.0.1:40123`.
  let address: String
  private let process: Process
  private let log: URL
  private let wasTold = Mutex(false)

  /// Serves while `body` runs; then SIGTERM must end the server with status 0.
  static func with<Result>(
    _ flags: [String] = [], _ body: (RunningServer) async throws -> Result
  ) async throws -> Result {
    let server = try await start(flags)
    defer { server.terminate() }
    let result = try await body(server)
    server.terminate()
    #expect(try await server.exitStatus(within: .seconds(10)) == 0)
    return result
  }

  /// Starts the server and returns once it is ready; the caller ends it.
  static func start(_ flags: [String] = []) async throws -> RunningServer {
    let binary = try #require(Surroundings.binary)
    let log = try TemporaryFile.make()
    let process = Process()
    process.executableURL = URL(filePath: binary)
    process.arguments =
      try ["serve", "--model", #require(Surroundings.model), "--alias", model, "--host", "127.0.0.1"]
      + ["--port", "0", "--threads", "2"] + flags
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = process.standardOutput
    try process.run()
    do {
      let address = try await eventually("a line with the address", within: .seconds(60)) {
        try printedAddress(in: log)
      }
      let server = RunningServer(address: address, process: process, log: log)
      try await server.waitUntilReady()
      return server
    } catch {
      process.terminate()
      throw DeadlineMissed(
        description: "\(error); the server said: \(try String(contentsOf: log, encoding: .utf8))")
    }
  }

  private init(address: String, process: Process, log: URL) {
    self.address = address
    self.process = process
    self.log = log
  }

  private static func printedAddress(in log: URL) throws -> String? {
    let said = try String(contentsOf: log, encoding: .utf8)
    return said.firstMatch(of: /http:\/\/127\.0\.0\.1:[1-9]\d*/).map { String($0.output) }
  }

  private func waitUntilReady() async throws {
    try await eventually("/readyz", within: .seconds(120)) {
      try await Curl.get("\(address)/readyz").status == 200 ? () : nil
    }
  }

  /// What the server has written so far.
  var logText: String { get throws { try String(contentsOf: log, encoding: .utf8) } }

  /// Processor time used so far, in ticks of 10 ms: `utime` and `stime` of proc_pid_stat(5).
  var processorTicks: Int {
    get throws {
      let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)
      // The name, in parentheses, may hold spaces; what follows it starts with field 3.
      let fields = try #require(text.split(separator: ")").last).split(separator: " ")
      return try #require(Int(fields[11])) + #require(Int(fields[12]))
    }
  }

  /// Sends SIGTERM, as systemd and Kubernetes do, but only once: a second one would cut what still runs.
  func terminate() {
    wasTold.withLock { wasTold in
      if !wasTold { process.terminate() }
      wasTold = true
    }
  }

  /// Ends it as a power failure would: no handler runs, nothing is finished.
  func kill() async throws {
    Foundation.kill(process.processIdentifier, SIGKILL)
    #expect(try await exitStatus(within: .seconds(10)) == 128 + SIGKILL)
  }

  /// Waits for the end; the exit status, or 128 and the signal.
  private func exitStatus(within limit: Duration) async throws -> Int32 {
    try await eventually("the server's end", within: limit) { process.isRunning ? nil : () }
    try? FileManager.default.removeItem(at: log)
    return process.terminationReason == .exit
      ? process.terminationStatus : 128 + process.terminationStatus
  }
}
