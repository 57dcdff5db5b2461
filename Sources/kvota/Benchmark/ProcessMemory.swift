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

  /// What is resident now outside a server's pool, without pages of files, in bytes; nil where the system does not tell.
  static func bytesOutsidePool(processIdentifier: Int32) -> Int? {
    text("smaps", processIdentifier).flatMap { bytesOutsidePool(mappings: $0) }
  }

  /// Reads the text of `/proc/PID/smaps`; nil if there is no pool.
  ///
  /// It is the mapping with huge pages (`hg`) for which the system reserves nothing (`nr`).
  static func bytesOutsidePool(mappings: String) -> Int? {
    var (outside, latest, hasPool) = (0, 0, false)
    for line in mappings.split(separator: "\n") {
      if line.hasPrefix("Anonymous:") {
        latest = bytes("Anonymous", status: String(line)) ?? 0
        outside += latest
      } else if line.hasPrefix("VmFlags:") {
        let flags = line.split(separator: " ")
        guard flags.contains("nr"), flags.contains("hg") else { continue }
        outside -= latest
        hasPool = true
      }
    }
    return hasPool ? outside : nil
  }

  /// Reads a line of the text of `/proc/PID/status`.
  static func bytes(_ name: String, status: String) -> Int? {
    let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
  }

  private static func status(_ processIdentifier: Int32) -> String? { text("status", processIdentifier) }

  private static func text(_ file: String, _ processIdentifier: Int32) -> String? {
    // Such a file comes in pieces, of which `FileManager` reads only the first.
    let content = try? FileHandle(forReadingAtPath: "/proc/\(processIdentifier)/\(file)")?.readToEnd()
    return content.map { String(decoding: $0, as: UTF8.self) }
  }
}
