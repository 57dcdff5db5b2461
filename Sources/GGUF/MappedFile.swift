import Glibc

/// A file mapped read-only into memory: pages are read when touched and shared with other processes.
///
/// The file must not be truncated while it is open: touching a page that is gone kills the process (SIGBUS),
/// as with every mapped file. Replace model files by renaming a new one over them.
// @unchecked Sendable: the mapping is read-only and its address never changes before deinit.
@safe package final class MappedFile: @unchecked Sendable {
  private let base: UnsafeRawPointer
  package let byteCount: Int

  /// Maps the whole file.
  ///
  /// - Throws: `GGUFError.unreadable` when there is no such file, it is empty or not a regular file.
  package init(path: String) throws(GGUFError) {
    // Without O_NONBLOCK a named pipe would block here before it can be refused.
    // Safety: the implicit C string of `path` lives for the call.
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw Self.systemError(path) }
    defer { close(descriptor) }
    var status = stat()
    // Safety: `status` is a local that fstat fills.
    guard unsafe fstat(descriptor, &status) == 0 else { throw Self.systemError(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(path: path, reason: "it is not a regular file; give the path of a .gguf file")
    }
    guard status.st_size > 0 else { throw .unreadable(path: path, reason: "it is empty") }
    byteCount = Int(status.st_size)
    // Safety: a new mapping, never written; MAP_FAILED is checked before use.
    let address = unsafe mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw Self.systemError(path) }
    // Safety: `address` starts `byteCount` mapped bytes that live until deinit.
    unsafe base = UnsafeRawPointer(address)
  }

  /// A copy of bytes that are no file's, in memory of its own.
  ///
  /// - Throws: `GGUFError.unreadable` when there is no memory, or nothing to copy.
  package init(copying bytes: [UInt8]) throws(GGUFError) {
    guard !bytes.isEmpty else { throw .unreadable(path: "memory", reason: "it is empty") }
    byteCount = bytes.count
    // Safety: a new mapping of `byteCount` bytes; MAP_FAILED is checked before use.
    let address = unsafe mmap(
      nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else { throw Self.systemError("memory") }
    // Safety: both have `byteCount` bytes, and nobody else knows the new ones yet.
    unsafe bytes.withUnsafeBytes { source in
      unsafe UnsafeMutableRawBufferPointer(start: address, count: source.count).copyMemory(from: source)
    }
    // Safety: as above, read-only from here on.
    unsafe base = UnsafeRawPointer(address)
  }

  deinit {
    // Safety: mapped in init with this length, unmapped once here; spans cannot outlive their closure.
    unsafe munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
  }

  /// Lends the bytes of `range`, which must lie inside the file.
  package func withBytes<Result: ~Copyable, Failure: Error>(
    _ range: Range<Int>, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    checkBounds(range)
    // Safety: the range was checked; `self` outlives the call, so the mapping does.
    return try unsafe body(UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count).bytes)
  }

  /// Lends the bytes of `range` as elements that can be indexed safely.
  package func withUTF8<Result: ~Copyable, Failure: Error>(
    _ range: Range<Int>, _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    checkBounds(range)
    // Safety: as in `withBytes`; any byte is a valid UInt8.
    let start = unsafe (base + range.lowerBound).assumingMemoryBound(to: UInt8.self)
    return try unsafe body(UnsafeBufferPointer(start: start, count: range.count).span)
  }

  /// Appends the bytes of `range` to others.
  package func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
    checkBounds(range)
    // Safety: as in `withBytes`; the bytes are copied.
    unsafe bytes.append(
      contentsOf: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// A copy of the bytes of `range` as text; bytes that are not UTF-8 become U+FFFD.
  func string(_ range: Range<Int>) -> String {
    checkBounds(range)
    // Safety: as in `withBytes`; the text is a copy.
    return unsafe String(
      decoding: UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
  }

  /// The little-endian number at `offset`, or nil when it does not fit into the file.
  package func number<Number: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Number.Type)
    -> Number?
  {
    let size = MemoryLayout<Number>.size
    guard offset >= 0, offset <= byteCount, byteCount - offset >= size else { return nil }
    // Safety: the line above has checked that all `size` bytes are mapped; unaligned loads are asked for.
    return unsafe Number(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: type))
  }

  /// Lets the kernel take back the memory of all pages that `range` touches; a later read loads them again.
  package func dropPages(_ range: Range<Int>) { advise(range, MADV_DONTNEED) }

  /// Asks the kernel to load the pages of `range` before they are needed; does not wait for them.
  package func readAhead(_ range: Range<Int>) { advise(range, MADV_WILLNEED) }

  private func advise(_ range: Range<Int>, _ advice: Int32) {
    checkBounds(range)
    let page = Int(getpagesize())
    let first = range.lowerBound / page * page
    guard first < range.upperBound else { return }
    // Safety: page-aligned start, inside the mapping; clean file pages lose nothing when dropped.
    let start = unsafe UnsafeMutableRawPointer(mutating: base + first)
    _ = unsafe madvise(start, range.upperBound - first, advice)
  }

  private func checkBounds(_ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= byteCount, "range outside the mapped file")
  }

  private static func systemError(_ path: String) -> GGUFError {
    // Safety: strerror returns a valid C string, copied at once.
    .unreadable(path: path, reason: unsafe String(cString: strerror(errno)))
  }
}

extension [UInt8] {
  /// Lends the bytes raw, as those of a file are.
  func withRawSpan<Result: ~Copyable, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Safety: any byte may be read as raw memory; the span cannot outlive the call.
    try unsafe body(span.bytes)
  }
}
