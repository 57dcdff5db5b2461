import Foundation
import Glibc

/// A file that is written under another name first: what lies at its path is whole, whenever one looks.
struct NewFile {
  private let path: String
  private let partialPath: String
  private let handle: FileHandle

  /// Begins an empty file.
  init(path: String, overwriting: Bool) throws(SynthesisError) {
    let found = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
    guard found != .typeDirectory else { throw .folder(path: path) }
    guard overwriting || found == nil else { throw .exists(path: path) }
    self.path = path
    partialPath = path + ".partial"
    guard FileManager.default.createFile(atPath: partialPath, contents: nil),
      let handle = FileHandle(forWritingAtPath: partialPath)
    else { throw .notWritable(path: partialPath) }
    self.handle = handle
  }

  /// Appends; throws Foundation's error if the disk is full.
  func write(_ bytes: some DataProtocol) throws { try handle.write(contentsOf: bytes) }

  /// Gives the file its path, in one step, in place of what lies there.
  func finish() throws {
    try handle.close()
    // Safety: both are C strings that live for the call.
    guard unsafe rename(partialPath, path) == 0 else { throw SynthesisError.notWritable(path: path) }
  }

  /// Takes back what was written.
  func abandon() { try? FileManager.default.removeItem(atPath: partialPath) }
}
