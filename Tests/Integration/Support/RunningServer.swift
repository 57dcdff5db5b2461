import Foundation
import Synchronization
import Testing

/// The real binary, serving the real model on a free port.
final class RunningServer: Sendable {
  static let model = "smollm2-135m-instruct"

  /// Such as `http://127.0.0.1:40123`; of a Unix socket, `http://localhost`.
  let address: String
  /// What curl has to be told to reach it.
  let curlArguments: [String]
  private let process: Process
  private let log: URL
  private let wasTold = Mutex(false)

  /// Serves while `body` runs; then SIGTERM must end the server with status 0.
  static func with<Result>(
    _ flags: [String] = [], environment: [String: String] = [:], launcher: [String] = [],
    curl: [String] = [], _ body: (RunningServer) async throws -> Result
  ) async throws -> Result {
    let server = try await start(flags, environment: environment, launcher: launcher, curl: curl)
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
  /// `flags` win over ours; `launcher` is a program with its arguments that becomes the server, whose command line
  /// follows; `curl` is what curl has to be told to reach it.
  static func start(
    _ flags: [String] = [], environment: [String: String] = [:], launcher: [String] = [], curl: [String] = []
  ) async throws -> RunningServer {
    let log = try TemporaryFile.make()
    let process = Process()
    let command =
      try launcher + [#require(Surroundings.binary), "serve", "--model", #require(Surroundings.model)]
      + ["--alias", model, "--host", "127.0.0.1", "--port", "0", "--threads", "2"] + flags
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = try FileHandle(forWritingTo: log)
    defer { try? output.close() }
    process.standardOutput = output
    process.standardError = output
    try process.run()
    do {
      let address = try await eventually("a line with the address", within: .seconds(60)) {
        try printedAddress(in: log)
      }
      let server = RunningServer(address: address, curlArguments: curl, process: process, log: log)
      try await server.waitUntilReady()
      return server
    } catch {
      process.terminate()
      throw DeadlineMissed(
        description: "\(error); the server said: \(try String(contentsOf: log, encoding: .utf8))")
    }
  }

  private init(address: String, curlArguments: [String], process: Process, log: URL) {
    self.address = address
    self.curlArguments = curlArguments
    self.process = process
    self.log = log
  }

  private static func printedAddress(in log: URL) throws -> String? {
    let said = try String(contentsOf: log, encoding: .utf8)
    if let address = said.firstMatch(of: /https?:\/\/(?:127\.0\.0\.1|0\.0\.0\.0):[1-9]\d*/) {
      return String(address.output)
    }
    return said.contains("listens on unix:/") ? "http://localhost" : nil
  }

  /// What it has printed and logged so far.
  var output: String { get throws { try String(contentsOf: log, encoding: .utf8) } }

  /// Sends SIGHUP, as `systemctl reload` does.
  func hangUp() { Foundation.kill(process.processIdentifier, SIGHUP) }

  private func waitUntilReady() async throws {
    try await eventually("/readyz", within: .seconds(120)) {
      try await Curl.get("\(address)/readyz", curlArguments).status == 200 ? () : nil
    }
  }

  var port: Int {
    get throws { try #require(address.split(separator: ":").last.flatMap { Int($0) }) }
  }

  /// Memory that it holds now.
  var residentBytes: Int {
    get throws { try statusNumber("VmRSS") << 10 }
  }

  var threadCount: Int {
    get throws { try statusNumber("Threads") }
  }

  /// A line of proc_pid_status(5).
  private func statusNumber(_ name: String) throws -> Int {
    let text = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name + ":") })
    return try #require(line.split { !$0.isNumber }.first.flatMap { Int($0) })
  }

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
