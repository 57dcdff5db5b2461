import Dispatch
import Foundation
import Glibc

/// What kept a peer from being measured.
enum PeerError: Error, CustomStringConvertible {
  case ended(command: String, status: Int32)
  case notReady(command: String, seconds: Int)
  case unknownAnswer(String)

  var description: String {
    switch self {
    case .ended(let command, let status):
      "the peer ended with status \(status) before it was ready; try it by hand: \(command) "
        + "(if it misses a library, set LD_LIBRARY_PATH to that library's folder)"
    case .notReady(let command, let seconds):
      "the peer was not ready after \(seconds) s; try it by hand: \(command)"
    case .unknownAnswer(let body):
      "the peer's answer has no timings as llama-server gives them: \(body.prefix(200))"
    }
  }
}

/// A llama-server that runs for as long as it is measured, and not longer than this program.
final class PeerServer {
  let address: String
  private let process = Process()
  private var signalSources: [any DispatchSourceSignal] = []

  private static let readySeconds = 300
  private static let endingSignals = [SIGINT, SIGTERM, SIGHUP]

  /// Starts the server with room for so many sequences at once, and waits until it has loaded the model.
  init(executable: String, model: String, threads: Int, sequences: Int) throws {
    let port = try Self.freePort()
    address = "http://127.0.0.1:\(port)"
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = [
      "-m", model, "-t", "\(threads)", "-tb", "\(threads)", "-c", "8192", "-np", "\(sequences)",
      "--host", "127.0.0.1", "--port", "\(port)",
    ]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    endWithProgram()
    do { try waitUntilReady() } catch {
      stop()
      throw error
    }
  }

  /// Ends the server at once: it has nothing to save.
  func stop() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    for source in signalSources { source.cancel() }
    signalSources = []
    for number in Self.endingSignals { signal(number, SIG_DFL) }
  }

  /// A signal that ends this program ends the server too.
  private func endWithProgram() {
    signalSources = Self.endingSignals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [process] in
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        exit(128 + number)
      }
      source.activate()
      return source
    }
  }

  private func waitUntilReady() throws {
    let command = ([process.executableURL?.path ?? ""] + (process.arguments ?? [])).joined(separator: " ")
    let deadline = ContinuousClock.now + .seconds(Self.readySeconds)
    while process.isRunning {
      if try Curl.answers(address + "/health") { return }
      guard ContinuousClock.now < deadline else {
        throw PeerError.notReady(command: command, seconds: Self.readySeconds)
      }
      Thread.sleep(forTimeInterval: 0.2)
    }
    throw PeerError.ended(command: command, status: process.terminationStatus)
  }

  private static func freePort() throws -> Int {
    var port = Int.random(in: 20_000..<60_000)
    while try !Curl.isFree("http://127.0.0.1:\(port)/") { port = Int.random(in: 20_000..<60_000) }
    return port
  }
}
