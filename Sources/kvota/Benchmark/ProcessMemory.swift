import Foundation

/// What the system tells of a process's memory.
enum ProcessMemory {
  /// The most that was resident at once, in bytes; nil where the system does not tell.
  static func peakBytes(processIdentifier: Int32) -> Int? {
    status(processIdentifier).flatMap { bytes("VmHWM", status: $0) }
  }

  /// What is resident now, in bytes; nil where the system does not tell.
  static func residentBytes(processIdentifier: Int32) -> Int? {
    status(processIdentifier).flatMap { bytes("VmRSS", status: $0) }
  }

  /// Reads a line of the text of `/proc/PID/status`.
  static func bytes(_ name: String, status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static func status(_ processIdentifier: Int32) -> String? {
    FileManager.default.contents(atPath: "/proc/\(processIdentifier)/status").map {
      String(decoding: $0, as: UTF8.self)
    }
  }
}
