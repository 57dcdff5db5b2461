import Foundation
import Glibc

/// Standard output and error, written at once: a line must be there before the next thing happens.
enum Console {
  static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }
  static func print(_ line: String) { write(line + "\n") }
  static func note(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// Replaces the current line of standard error.
  static func redraw(_ line: String) { FileHandle.standardError.write(Data(("\r\u{1B}[K" + line).utf8)) }

  static var showsErrorsOnTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
