import Foundation

/// A program of the system's that was run to its end, by its name.
struct Tool: Sendable {
  let status: Int32
  /// What it wrote, errors included.
  let output: String

  static func curl(_ arguments: String...) async throws -> Tool {
    try await run(["curl", "--silent", "--show-error", "--max-time", "30"] + arguments)
  }

  /// Connects as `openssl s_client` does, and sends `input`.
  static func tlsClient(port: Int, _ arguments: [String], input: String = "") async throws -> Tool {
    try await run(["openssl", "s_client", "-connect", "127.0.0.1:\(port)"] + arguments, input: input)
  }

  static func run(_ command: [String], input: String = "") async throws -> Tool {
    let process = Process()
    let (source, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = source
    process.standardOutput = output
    process.standardError = output
    try process.run()
    // Small enough for the pipe, so nobody has to read it for this to return.
    try source.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try source.fileHandleForWriting.close()
    return await withCheckedContinuation { continuation in
      DispatchQueue(label: "tool").async {
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        continuation.resume(returning: Tool(status: process.terminationStatus, output: text))
      }
    }
  }
}

/// An `openssl s_client` that runs: it sends what it is told, and shows what comes.
final class SecureClient: Sendable {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let reading = DispatchQueue(label: "secure client reads")

  /// Connects; `-quiet` takes what is sent as it is, without it a line with `R` negotiates again.
  init(port: Int, _ arguments: [String] = ["-quiet"]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["openssl", "s_client", "-connect", "127.0.0.1:\(port)"] + arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    try process.run()
  }

  deinit { leave() }

  func send(_ text: String) throws { try input.fileHandleForWriting.write(contentsOf: Data(text.utf8)) }

  /// Ends at once: the connection breaks off without a goodbye of TLS.
  func leave() {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  /// Reads until the text ends with `marker`, or to the end.
  func read(through marker: String) async -> String {
    await withCheckedContinuation { continuation in
      reading.async { [output] in
        let marker = Array(marker.utf8)
        var bytes: [UInt8] = []
        while !bytes.reversed().starts(with: marker.reversed()),
          let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty
        { bytes += byte }
        continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}
