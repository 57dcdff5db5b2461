import Foundation

/// A program that was run to its end.
struct Command: Sendable {
  let status: Int32
  let output: Data
  let errors: String

  var text: String { String(decoding: output, as: UTF8.self) }

  /// Runs a program, gives it `input`, and waits for its end without holding one of Swift's threads.
  static func run(_ program: String, _ arguments: [String], input: Data = Data()) async throws -> Command {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try runBlocking(program, arguments, input: input) })
      }
    }
  }

  /// Output and errors go through files: nothing can fill up and block.
  private static func runBlocking(_ program: String, _ arguments: [String], input: Data) throws -> Command {
    try TemporaryFile.with(input) { source in
      try TemporaryFile.with { output in
        try TemporaryFile.with { errors in
          let process = Process()
          process.executableURL = URL(filePath: program)
          process.arguments = arguments
          let handles = [
            try FileHandle(forReadingFrom: source), try FileHandle(forWritingTo: output),
            try FileHandle(forWritingTo: errors),
          ]
          // Foundation keeps them open, and with more than a thousand of them it may crash when it starts a program.
          defer { for handle in handles { try? handle.close() } }
          (process.standardInput, process.standardOutput, process.standardError) = (
            handles[0], handles[1], handles[2]
          )
          let ended = DispatchSemaphore(value: 0)
          process.terminationHandler = { _ in ended.signal() }
          try process.run()
          ended.wait()
          return Command(
            status: process.terminationStatus, output: try Data(contentsOf: output),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
      }
    }
  }
}

/// A file that exists while a closure runs.
enum TemporaryFile {
  static func make(_ content: Data = Data()) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "kvota-test-\(UUID().uuidString)")
    try content.write(to: url)
    return url
  }

  static func with<Result>(_ content: Data = Data(), _ body: (URL) throws -> Result) throws -> Result {
    let url = try make(content)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url)
  }
}
