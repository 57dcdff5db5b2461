import Foundation
import GGUF
import Safetensors
import Tokenizing

/// What Golden/make_goldens.py made.
struct Goldens: Decodable {
  struct Rounded: Decodable {
    let name: String
    let type: String
    let bytes: Data
  }

  let tokens: [Int32]
  let logits: [Float]
  let rounded: [Rounded]
  let texts: [String]
  let ids: [String: [[Int32]]]

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
    "Golden")
  static var llama: String { folder.appendingPathComponent("llama").path }

  static func read() throws -> Goldens {
    try JSONDecoder().decode(
      Goldens.self, from: Data(contentsOf: folder.appendingPathComponent("goldens.json")))
  }
}

/// A copy of the golden model's folder, to be changed.
final class FolderCopy {
  let path: String

  init() throws {
    let base =
      ["/dev/shm", NSTemporaryDirectory()].first { FileManager.default.isWritableFile(atPath: $0) } ?? "."
    path = "\(base)/kvota-\(UUID())"
    try FileManager.default.copyItem(atPath: Goldens.llama, toPath: path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func open(_ quantization: Quantization? = nil) throws -> GGUFFile {
    try ModelFolder.open(path, quantization: quantization)
  }

  func read(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
  }
  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }
  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// Replaces a text in a file, which must be there.
  func replace(_ old: String, with new: String, in name: String) throws {
    let text = String(decoding: try read(name), as: UTF8.self)
    guard text.contains(old) else { throw Absent(text: old) }
    try write(name, Array(text.replacingOccurrences(of: old, with: new).utf8))
  }

  struct Absent: Error { let text: String }
}
