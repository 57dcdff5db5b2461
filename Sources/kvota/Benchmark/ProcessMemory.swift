import Foundation

/// What the system tells of a process's memory.
enum ProcessMemory {
  /// The most that was resident at once, in bytes; nil where the system does not tell.
  static func peakBytes(processIdentifier: Int32) -> Int? {
    let file = FileManager.default.contents(atPath: "/proc/\(processIdentifier)/status")
    return file.flatMap { peakBytes(status: String(decoding: $0, as: UTF8.self)) }
  }

  /// Reads the text of `/proc/PID/status`.
  static func peakBytes(status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }
}
