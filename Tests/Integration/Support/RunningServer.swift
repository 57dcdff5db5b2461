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
    _ flags: [String] = [], environment: [String: String] = [:],
    _ body: (RunningServer) async throws -> Result
  ) async throws -> Result {
    let server = try await start(flags, environment: environment)
    defer { server.terminate() }
    let result = try await body(server)
    try await server.stop()
    return result
  }

  /// Sends SIGTERM and waits for the end, which must be well.
  func stop(within limit: Duration = .seconds(10)) async throws {
    terminate()
    #expect(try await exitStatus(within: limit) == 0)
  }

  /// Starts the server and returns once it is ready; the caller ends it.
  ///
  /// Of a flag that is there twice, the last counts: those given here beat those of every test.
  static func start(
    _ flags: [String] = [], environment: [String: String] = [:]
  ) async throws -> RunningServer {
    let binary = try #require(Surroundings.binary)
    let log = try TemporaryFile.make()
    let process = Process()
    process.executableURL = URL(filePath: binary)
    process.arguments =
      try ["serve", "--model", #require(Surroundings.model), "--alias", model, "--host", "127.0.0.1"]
      + ["--port", "0", "--threads", "2"] + flags
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
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

  /// As in the address.
  var port: String { String(address.split(separator: ":").last ?? "") }

  /// What it has written so far, the log among it.
  var said: String { get throws { try String(contentsOf: log, encoding: .utf8) } }

  /// Sends SIGHUP: read again what may change.
  func hangUp() { Foundation.kill(process.processIdentifier, SIGHUP) }

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

  /// A second SIGTERM, which ends it with what still runs.
  func terminateAgain() async throws {
    process.terminate()
    #expect(try await exitStatus(within: .seconds(10)) == 1)
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
