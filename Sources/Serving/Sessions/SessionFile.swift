import Caching
import Foundation
import Inference

/// What stands first in a session's file.
struct SessionInfo: Codable, Sendable, Equatable {
  /// The model's, in hexadecimal digits.
  var fingerprint: String
  /// The model's alias.
  var model: String
  var createdSeconds: Int
  var updatedSeconds: Int
  var cacheBytes: Int
  var cache: CacheRecord
}

/// Why a session's file cannot be used.
enum SessionFileError: Error, Equatable, CustomStringConvertible {
  case damaged(String)
  case otherVersion(UInt32)

  var description: String {
    switch self {
    case .damaged(let what): "its file is damaged: \(what)"
    case .otherVersion(let version):
      "its file has version \(version), and this Kvota reads version \(SessionFile.version)"
    }
  }
}

/// The format of a session's file; numbers are little endian.
///
/// `KVOTASES`, version (4 bytes), length of the information (4), checksum of these two and the information (4), the information as
/// JSON; tokens (4 bytes each) and their checksum; the cache's bytes and their checksum. Nothing follows.
enum SessionFile {
  /// Of the format, and of what its bytes mean.
  static let version: UInt32 = 2

  private static let magic = Array("KVOTASES".utf8)
  private static let headBytes = 20
  private static let mostInfoBytes = 1 << 24

  /// The file's parts in their order.
  static func parts(_ info: SessionInfo, _ sequence: SavedSequence) throws -> [[UInt8]] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = [UInt8](try encoder.encode(info))
    let lengths = bytes(version) + bytes(UInt32(text.count))
    let tokens = sequence.tokens.flatMap { bytes(UInt32(bitPattern: $0)) }
    let cache = sequence.cache.bytes
    return [
      magic + lengths + bytes(CRC32.of(lengths + text)) + text, tokens + bytes(CRC32.of(tokens)), cache,
      bytes(CRC32.of(cache)),
    ]
  }

  /// The information alone, and how many bytes the file has.
  static func readInfo(_ path: String) throws -> (info: SessionInfo, fileBytes: Int) {
    // Whoever opened a pipe would wait for somebody to write.
    let resolved = URL(filePath: path).resolvingSymlinksInPath().path
    let kind = try FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
    guard kind == .typeRegular else { throw SessionFileError.damaged("it is not a regular file") }
    let file = try FileHandle(forReadingFrom: URL(filePath: path))
    defer { try? file.close() }
    let head = [UInt8](try file.read(upToCount: headBytes) ?? Data())
    let text = [UInt8](try file.read(upToCount: try infoBytes(head)) ?? Data())
    let info = try info(head, text)
    let fileBytes = Int(try file.seekToEnd())
    let expected = headBytes + text.count + 4 * info.cache.fedTokens + 4 + info.cacheBytes + 4
    guard fileBytes == expected else {
      throw SessionFileError.damaged("it has \(fileBytes) bytes instead of \(expected)")
    }
    return (info, fileBytes)
  }

  /// All of a file, checksums checked; what the cache's bytes say is checked when a plan is made for it.
  static func read(_ path: String) throws -> (info: SessionInfo, sequence: SavedSequence) {
    let (info, fileBytes) = try readInfo(path)
    let content = try Data(contentsOf: URL(filePath: path))
    guard content.count == fileBytes else { throw SessionFileError.damaged("it changes while it is read") }
    let cacheStart = content.count - 4 - info.cacheBytes
    let tokenStart = cacheStart - 4 - 4 * info.cache.fedTokens
    let tokens = [UInt8](content[tokenStart..<cacheStart - 4])
    let cache = [UInt8](content[cacheStart..<content.count - 4])
    guard CRC32.of(tokens) == number([UInt8](content[cacheStart - 4..<cacheStart])) else {
      throw SessionFileError.damaged("the checksum of its tokens is another")
    }
    guard CRC32.of(cache) == number([UInt8](content[(content.count - 4)...])) else {
      throw SessionFileError.damaged("the checksum of its cache is another")
    }
    let numbers = stride(from: 0, to: tokens.count, by: 4).map {
      Int32(bitPattern: number(tokens[$0..<$0 + 4]))
    }
    return (info, SavedSequence(tokens: numbers, cache: SavedCache(record: info.cache, bytes: cache)))
  }

  private static func infoBytes(_ head: [UInt8]) throws(SessionFileError) -> Int {
    guard head.count == headBytes, head.starts(with: magic) else { throw .damaged("it is no session") }
    let version = number(head[8..<12])
    guard version == Self.version else { throw .otherVersion(version) }
    let count = Int(number(head[12..<16]))
    guard count <= mostInfoBytes else { throw .damaged("its information has \(count) bytes") }
    return count
  }

  private static func info(_ head: [UInt8], _ text: [UInt8]) throws(SessionFileError) -> SessionInfo {
    guard CRC32.of(head[8..<16] + text) == number(head[16..<20]) else {
      throw .damaged("the checksum of its information is another")
    }
    guard let info = try? JSONDecoder().decode(SessionInfo.self, from: Data(text)) else {
      throw .damaged("its information cannot be read")
    }
    // So that sums of sizes, over files too, cannot overflow.
    guard (0...Int(Int32.max) << 20).contains(info.cacheBytes), info.cache.isCountable else {
      throw .damaged("its sizes are impossible")
    }
    return info
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  private static func number(_ bytes: some Collection<UInt8>) -> UInt32 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }
}
