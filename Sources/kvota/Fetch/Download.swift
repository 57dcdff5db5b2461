import Foundation
import Serving

/// Fetches one file: looks at it, makes sure of the room, fetches or goes on, checks, and gives it its name.
struct Download {
  /// How it ended.
  enum Outcome: Equatable {
    case fetched(bytes: Int, isChecked: Bool)
    case wasThere
  }

  let source: FetchSource
  let target: FetchTarget
  /// What the user expects.
  let expected: Checksum?

  /// Attempts without a byte more before it is given up.
  private static let mostVainAttempts = 3

  func run() throws -> Outcome {
    let client = FetchClient(source: source)
    let remote = try client.look()
    if let checksum = remote.checksum, let expected, checksum != expected {
      throw FetchError.wrongChecksum(address: source.address, found: checksum, expected: expected)
    }
    let checksum = expected ?? remote.checksum
    if let checksum, exists(target.path), try Checksum.of(file: target.path) == checksum { return .wasThere }
    try makeFolder()
    try keepPartial(of: expected?.description ?? remote.version)
    try checkRoom(remote)
    try fetch(client, remote)
    try check(remote, checksum)
    let bytes = size(target.partialPath)
    try takePlace()
    return .fetched(bytes: bytes, isChecked: checksum != nil)
  }

  private func fetch(_ client: FetchClient, _ remote: RemoteFile) throws {
    let progress = FetchProgress(name: target.name, total: remote.bytes, start: size(target.partialPath))
    defer { progress.end() }
    var vainAttempts = 0
    while remote.bytes.map({ size(target.partialPath) < $0 }) ?? true {
      let start = size(target.partialPath)
      let attempt = try client.fetch(target, remote, resumesAt: start) {
        progress.show(size(target.partialPath))
      }
      switch attempt {
      case .whole: return
      case .cannotResume:
        guard start > 0 else {
          throw FetchError.failed(address: source.address, reason: "the server gives no part of the file")
        }
        remove(target.partialPath)
      case .cut(let reason):
        vainAttempts = size(target.partialPath) > start ? 0 : vainAttempts + 1
        guard vainAttempts < Self.mostVainAttempts else {
          throw FetchError.failed(address: source.address, reason: reason)
        }
        if remote.version == nil, expected == nil { remove(target.partialPath) }
      }
    }
  }

  /// A file that was begun is gone on with if it is of the same version, which then is noted.
  private func keepPartial(of version: String?) throws {
    let known = try? String(contentsOfFile: target.versionPath, encoding: .utf8)
    if version == nil || known != version { remove(target.partialPath) }
    guard let version else { return remove(target.versionPath) }
    do { try Data(version.utf8).write(to: URL(fileURLWithPath: target.versionPath)) } catch {
      throw FetchError.unwritable(path: target.versionPath, reason: "\(error.localizedDescription)")
    }
  }

  private func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: target.folder, withIntermediateDirectories: true)
    } catch {
      throw FetchError.unwritable(path: target.folder, reason: "\(error.localizedDescription)")
    }
  }

  private func checkRoom(_ remote: RemoteFile) throws {
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: target.folder)
    guard let bytes = remote.bytes, let free = (attributes[.systemFreeSize] as? NSNumber)?.intValue else {
      return
    }
    let needed = bytes - size(target.partialPath)
    guard needed <= free else {
      throw FetchError.noRoom(folder: target.folder, needed: needed, free: free)
    }
  }

  private func check(_ remote: RemoteFile, _ checksum: Checksum?) throws {
    do {
      let found = size(target.partialPath)
      if let bytes = remote.bytes, found != bytes {
        throw FetchError.wrongSize(address: source.address, found: found, expected: bytes)
      }
      guard let checksum else { return }
      let sum = try Checksum.of(file: target.partialPath)
      guard sum == checksum else {
        throw FetchError.wrongChecksum(address: source.address, found: sum, expected: checksum)
      }
    } catch {
      for path in [target.partialPath, target.versionPath, target.lockPath] { remove(path) }
      throw error
    }
  }

  /// First the bytes have to be on the disk, or a power failure could leave the name without them.
  private func takePlace() throws {
    for (tool, arguments) in [
      ("sync", [target.partialPath]),
      ("mv", ["--force", "--no-target-directory", target.partialPath, target.path]),
    ] {
      let run = try Tool.run(tool, arguments)
      guard run.status == 0 else { throw FetchError.unwritable(path: target.path, reason: run.errors) }
    }
    for path in [target.versionPath, target.lockPath] { remove(path) }
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
  private func size(_ path: String) -> Int { ModelFile.bytes(path) }
  private func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}

extension Download.Outcome {
  func text(_ path: String) -> String {
    switch self {
    case .fetched(let bytes, let isChecked):
      "\(path): \(MemorySize.text(bytes))"
        + (isChecked ? ", its SHA-256 is right" : ", without a checksum to compare with")
    case .wasThere: "\(path): there already, its SHA-256 is right"
    }
  }
}
