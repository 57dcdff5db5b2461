import Foundation
import Kernels
import Glibc
import Inference
import Safetensors
import Serving
import Synchronization

/// What kept a server from being measured.
enum ServerError: Error, CustomStringConvertible {
  case ended(command: String, status: Int32)
  case notReady(command: String, seconds: Int)
  case endedInUse(command: String, status: Int32)
  case unknownAnswer(String)

  var description: String {
    switch self {
    case .ended(let command, let status):
      "the server ended with status \(status) before it was ready; try it by hand: \(command) "
        + "(if it misses a library, set LD_LIBRARY_PATH to that library's folder)"
    case .notReady(let command, let seconds):
      "the server was not ready after \(seconds) s; try it by hand: \(command)"
    case .endedInUse(let command, let status):
      "the server ended with status \(status) while it was in use: \(command)"
    case .unknownAnswer(let body):
      "the server's answer has no timings as llama-server gives them: \(body.prefix(200))"
    }
  }
}

/// A server of some model that runs for as long as it is measured, and not longer than this program.
final class ServerProcess {
  let address: String
  let port: UInt16
  /// From its start until it said that it was ready; known to some hundredths of a second.
  private(set) var secondsToReady = 0.0
  private let process = Process()
  /// As one would type it.
  private let command: String

  private static let readySeconds = 300
  private static let secondsBetweenAsking = 0.005

  /// Our own server, serving one model with further flags.
  convenience init(own settings: Settings, further: [String] = []) throws {
    try self.init(
      executable: Bundle.main.executablePath ?? CommandLine.arguments[0],
      arguments: [
        "serve", "--model", settings.modelPath, "--threads", "\(settings.engine.threads)", "--kv-type",
        settings.engine.kvType.rawValue,
      ] + settings.engine.rotary.flags + (settings.quantization.map { ["--quantize", $0.rawValue] } ?? [])
        + further)
  }

  /// Starts a program on a free port of this machine, its output to `log`, and waits until it has loaded its model.
  init(executable: String, arguments: [String], log: FileHandle = .nullDevice) throws {
    port = try Self.freePort()
    address = "http://127.0.0.1:\(port)"
    let words = [executable] + arguments + ["--host", "127.0.0.1", "--port", "\(port)"]
    command = words.joined(separator: " ")
    // The system itself ends it with this program, whichever way that ends.
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setpriv", "--pdeathsig", "KILL"] + words
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = log
    process.standardError = log
    let start = ContinuousClock.now
    try run()
    do { try waitUntilReady() } catch {
      stop()
      throw error
    }
    secondsToReady = start.duration(to: .now) / .seconds(1)
  }

  /// The most memory it has had until now; nil where the system does not tell.
  var peakBytes: Int? { ProcessMemory.peakBytes(processIdentifier: processIdentifier) }

  var processIdentifier: Int32 { process.processIdentifier }

  /// Throws `ServerError.endedInUse` if the server has ended by itself.
  func checkRuns() throws {
    guard !process.isRunning else { return }
    throw ServerError.endedInUse(command: command, status: process.terminationStatus)
  }

  /// Ends the server at once: it has nothing to save.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  /// Starts the program from a thread that lasts as long as it does.
  ///
  /// The signal of `setpriv` comes at the end of the thread that started the program (prctl(2), PR_SET_PDEATHSIG), and those that
  /// run asynchronous code come and go; the first one ends when that begins.
  private func run() throws {
    let (started, ended) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let failure = Mutex<(any Error)?>(nil)
    process.terminationHandler = { _ in ended.signal() }
    Thread { [process] in
      do { try process.run() } catch {
        failure.withLock { $0 = error }
        ended.signal()
      }
      started.signal()
      ended.wait()
    }.start()
    started.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private func waitUntilReady() throws {
    let deadline = ContinuousClock.now + .seconds(Self.readySeconds)
    while process.isRunning {
      if try Curl.answers(address + "/health") { return }
      guard ContinuousClock.now < deadline else {
        throw ServerError.notReady(command: command, seconds: Self.readySeconds)
      }
      Thread.sleep(forTimeInterval: Self.secondsBetweenAsking)
    }
    throw ServerError.ended(command: command, status: process.terminationStatus)
  }

  private static func freePort() throws -> UInt16 {
    // Below the ports that the system gives to clients: one of many connections must not take it meanwhile.
    let ports = UInt16(20_000)..<32_000
    var port = UInt16.random(in: ports)
    while try !Curl.isFree("http://127.0.0.1:\(port)/") { port = UInt16.random(in: ports) }
    return port
  }
}
