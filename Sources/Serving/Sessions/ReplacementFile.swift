import Glibc
import Synchronization

/// Why the system refused something about a file.
struct FileError: Error, CustomStringConvertible {
  let path: String
  let reason: String

  var description: String { "\(path): \(reason)" }

  /// What the last system call of this thread ran into.
  static func last(_ path: String) -> FileError {
    // Safety: strerror returns a valid C string, copied at once.
    FileError(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}

/// A file that is written beside the one which it is to replace, and locked as long as it lives.
///
/// After `commit` it has the other's place, whole: whatever happens before, and if the power fails, what was there stays. The lock is
/// the system's (`flock`): it holds against other processes on the same folder, and ends with its holder however that ends.
final class ReplacementFile: Sendable {
  let path: String
  private let partialPath: String
  private let folder: String
  private let descriptor: Int32
  private let isCommitted = Atomic(false)

  static let partialSuffix = ".saving"

  /// How the file is called until it is committed: hidden, so that no session can have the name.
  static func partialName(_ name: String) -> String { ".\(name)\(partialSuffix)" }

  /// Begins, empty; nil if another process or request is at it.
  init?(folder: String, name: String) throws(FileError) {
    self.folder = folder
    path = "\(folder)/\(name)"
    partialPath = "\(folder)/\(Self.partialName(name))"
    guard let descriptor = try Self.lock(partialPath) else { return nil }
    self.descriptor = descriptor
    guard ftruncate(descriptor, 0) == 0 else { throw .last(partialPath) }
  }

  deinit {
    if !isCommitted.load(ordering: .relaxed) {
      // Safety: a C string that lives for the call. The lock is still held, so it is our file.
      _ = unsafe unlink(partialPath)
    }
    close(descriptor)
  }

  private static func lock(_ path: String) throws(FileError) -> Int32? {
    for _ in 0..<100 {
      // Safety: a C string that lives for the call.
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard descriptor >= 0 else { throw .last(path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let isHeld = errno == EWOULDBLOCK
        let error = FileError.last(path)
        close(descriptor)
        guard isHeld else { throw error }
        return nil
      }
      if isSame(descriptor, path) { return descriptor }
      // Its last holder has committed or removed it between our two calls.
      close(descriptor)
    }
    return nil
  }

  private static func isSame(_ descriptor: Int32, _ path: String) -> Bool {
    var (opened, found) = (stat(), stat())
    // Safety: both are locals that the calls fill; the C string lives for its call.
    let isKnown = unsafe fstat(descriptor, &opened) == 0 && lstat(path, &found) == 0
    return isKnown && opened.st_dev == found.st_dev && opened.st_ino == found.st_ino
  }

  /// Appends.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var written = 0
    while written < bytes.count {
      // Safety: the buffer has `bytes.count` bytes, of which `written` have been passed.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress.map { unsafe $0 + written }, buffer.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .last(partialPath) }
      written += count
    }
  }

  /// Takes the other file's place once all bytes are on the disk; returns when the new name is there too.
  func commit() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw .last(partialPath) }
    // Safety: C strings that live for the call.
    guard unsafe rename(partialPath, path) == 0 else { throw .last(path) }
    isCommitted.store(true, ordering: .relaxed)
    try Self.synchronize(folder)
  }

  /// Removes the file whose place this one could take.
  func removeReplaced() throws(FileError) {
    // Safety: a C string that lives for the call.
    guard unsafe unlink(path) == 0 else { throw .last(path) }
    try Self.synchronize(folder)
  }

  /// Brings a folder's entries to the disk.
  static func synchronize(_ folder: String) throws(FileError) {
    // Safety: a C string that lives for the call.
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last(folder) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .last(folder) }
  }
}
