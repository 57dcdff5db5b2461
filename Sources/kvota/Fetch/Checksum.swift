import Foundation

/// A SHA-256.
struct Checksum: Equatable, CustomStringConvertible {
  /// 64 lower-case digits.
  let description: String

  init?(_ text: String) {
    let text = text.lowercased()
    guard text.utf8.count == 64,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    description = text
  }

  /// That of a file, by the program `sha256sum`, which is several times as fast as one written here would be.
  static func of(file path: String) throws -> Checksum {
    let tool = try Tool.run("sha256sum", ["--binary", "--", path])
    // A name with a line end or a backslash is announced by one.
    let text = tool.output.drop { $0 == "\\" }.prefix(64)
    guard tool.status == 0, let checksum = Checksum(String(text)) else {
      throw FetchError.unwritable(path: path, reason: tool.errors)
    }
    return checksum
  }
}
