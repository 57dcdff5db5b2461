import Foundation
import Glibc

/// Standard output and error, written at once: a line must be there before the next thing happens.
enum Console {
  /// Writes a result, without which the command has failed: it ends the process if standard output takes none.
  static func write(_ text: String) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      note("standard output cannot be written: \(error)")
      exit(EXIT_FAILURE)
    }
  }

  static func print(_ line: String) { write(line + "\n") }

  /// Tells on standard output what goes on whether or not anybody hears it.
  static func announce(_ line: String) { tell(.standardOutput, line + "\n") }

  static func note(_ line: String) { tell(.standardError, line + "\n") }

  /// Replaces the current line of standard error.
  static func redraw(_ line: String) { tell(.standardError, "\r\u{1B}[K" + line) }

  static var showsErrorsOnTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  private static func tell(_ file: FileHandle, _ text: String) {
    try? file.write(contentsOf: Data(text.utf8))
  }
}
