import Dispatch
import Foundation
import Synchronization

/// A program of the system that was run to its end.
struct Tool {
  let status: Int32
  let output: String
  /// What it complained of, in a line.
  let errors: String

  /// What a shell gives a program that does not exist.
  private static let notFound: Int32 = 127

  /// Runs a program, which ends with this one whichever way that ends; `watch` is called some times a second meanwhile.
  static func run(
    _ name: String, _ arguments: [String], input: String = "", watch: () -> Void = {}
  ) throws -> Tool {
    let process = Process()
    let (source, output, errors) = (Pipe(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["setpriv", "--pdeathsig", "KILL", name] + arguments
    (process.standardInput, process.standardOutput, process.standardError) = (source, output, errors)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    // Less than a pipe holds, so neither side waits for the other.
    try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try source.fileHandleForWriting.close()
    // As it comes: a program whose pipe is full waits for its reader, and would never end.
    let (outputText, errorsText) = (PipeText(output), PipeText(errors))
    while ended.wait(timeout: .now() + .milliseconds(200)) == .timedOut { watch() }
    guard process.terminationStatus != notFound else { throw FetchError.missingTool(name) }
    return Tool(
      status: process.terminationStatus, output: try outputText.whole,
      errors: try errorsText.whole.trimmingCharacters(in: .whitespacesAndNewlines))
  }
}

/// What comes out of a pipe, read on a thread of its own up to its end.
private final class PipeText: Sendable {
  private let result = Mutex(Result<Data, any Error>.success(Data()))
  private let ended = DispatchGroup()

  init(_ pipe: Pipe) {
    let file = pipe.fileHandleForReading
    ended.enter()
    Thread.detachNewThread { [self] in
      let read = Result { try file.readToEnd() ?? Data() }
      result.withLock { $0 = read }
      ended.leave()
    }
  }

  /// The text, once the other side has closed the pipe.
  var whole: String {
    get throws {
      ended.wait()
      return String(decoding: try result.withLock { try $0.get() }, as: UTF8.self)
    }
  }
}
