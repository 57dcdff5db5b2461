/// An opened model file: its metadata and where its tensors lie.
///
/// Versions 2 and 3, little endian. Everything that the header claims has been checked against the file when
/// `init` returns, so tensor bytes can be used without further care.
package struct GGUFFile: Sendable {
  package let version: UInt32
  package let metadata: Metadata
  /// In the order of the file.
  package let tensors: [TensorInfo]
  package let file: MappedFile
  /// What makes the tensors; nil if they lie in `file`.
  let source: (any TensorSource)?
  private let tensorIndex: [String: Int]

  /// Opens, maps and checks a file.
  ///
  /// - Throws: `GGUFError`, which says at which byte what was found and what was expected.
  package init(path: String) throws(GGUFError) {
    try self.init(file: MappedFile(path: path), source: nil)
  }

  /// A model whose tensors, as `header` describes them, are made by `source`.
  ///
  /// - Throws: `GGUFError` as for a file with this header.
  package init(header: GGUFHeader, source: any TensorSource) throws(GGUFError) {
    try self.init(file: MappedFile(copying: header.bytes()), source: source)
  }

  private init(file: MappedFile, source: (any TensorSource)?) throws(GGUFError) {
    self.file = file
    self.source = source
    var reader = GGUFReader(file: file)
    version = try Self.readVersion(&reader)
    // Fewest bytes: an entry's name length (8), count (4), one size (8), type (4) and offset (8).
    let tensorCount = try reader.count("the tensor count", minimumBytes: 32)
    // Fewest bytes: a key's length (8), type (4) and a one-byte value.
    let keyCount = try reader.count("the metadata count", minimumBytes: 13)
    metadata = try Metadata(from: &reader, count: keyCount)
    let alignment = try Self.alignment(metadata)
    let entries = try Self.entries(from: &reader, count: tensorCount)
    let dataStart = try Self.roundUp(reader.offset, to: alignment)
    var tensors: [TensorInfo] = []
    for entry in entries {
      tensors.append(
        try entry.placed(
          dataStart: dataStart, alignment: alignment, fileSize: source == nil ? file.byteCount : .max))
    }
    self.tensors = tensors
    tensorIndex = try Self.index(entries)
  }

  /// The tensor of that name.
  ///
  /// - Throws: `GGUFError.missingTensor`.
  package func tensor(_ name: String) throws(GGUFError) -> TensorInfo {
    guard let index = tensorIndex[name] else { throw .missingTensor(name) }
    return tensors[index]
  }

  package func hasTensor(_ name: String) -> Bool { tensorIndex[name] != nil }

  /// Lends all bytes of a tensor.
  package func withTensor<Result: ~Copyable, Failure: Error>(
    _ tensor: TensorInfo, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withRows(0..<tensor.rowCount, of: tensor, body)
  }

  /// Lends the bytes of some of a tensor's rows.
  package func withRows<Result: ~Copyable, Failure: Error>(
    _ rows: Range<Int>, of tensor: TensorInfo, _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let source else { return try file.withBytes(tensor.bytes(ofRows: rows), body) }
    return try source.bytes(of: tensor, rows: rows).withRawSpan(body)
  }

  /// Lends rows once, for a pass over the tensor: what follows is read ahead meanwhile, and their memory is given back afterwards.
  package func withRowsOnce(_ rows: Range<Int>, of tensor: TensorInfo, _ body: (RawSpan) -> Void) {
    let range = tensor.bytes(ofRows: rows)
    let isFile = source == nil
    if isFile { file.readAhead(range.upperBound..<min(range.upperBound + range.count, file.byteCount)) }
    withRows(rows, of: tensor, body)
    if isFile { file.dropPages(range) }
  }

  /// Gives the memory of all of the file's pages back: with each that is read, the kernel maps those around it.
  func dropPages() {
    if source == nil { file.dropPages(0..<file.byteCount) }
  }

  private static func readVersion(_ reader: inout GGUFReader) throws(GGUFError) -> UInt32 {
    let magic = try reader.number(UInt32.self, "the magic number")
    guard magic == 0x4655_4747 else { throw .wrongMagic(found: magic) }
    let version = try reader.number(UInt32.self, "the version")
    guard !(1...3).contains(version.byteSwapped) else { throw .bigEndian }
    guard (2...3).contains(version) else { throw .unsupportedVersion(version) }
    return version
  }

  private static func alignment(_ metadata: Metadata) throws(GGUFError) -> Int {
    let key = "general.alignment"
    let alignment = try metadata.integer(key) ?? 32
    guard alignment > 0, alignment.nonzeroBitCount == 1 else {
      throw .wrongType(key: key, found: "\(alignment)", expected: "a power of two")
    }
    return alignment
  }

  private static func entries(
    from reader: inout GGUFReader, count: Int
  ) throws(GGUFError) -> [TensorEntry] {
    var entries: [TensorEntry] = []
    for _ in 0..<count { entries.append(try TensorEntry(from: &reader)) }
    return entries
  }

  private static func index(_ entries: [TensorEntry]) throws(GGUFError) -> [String: Int] {
    var index: [String: Int] = [:]
    for (position, entry) in entries.enumerated() {
      guard index.updateValue(position, forKey: entry.name) == nil else {
        throw entry.malformed("the name appears twice", "each tensor once")
      }
    }
    return index
  }

  private static func roundUp(_ offset: Int, to alignment: Int) throws(GGUFError) -> Int {
    let (sum, overflow) = offset.addingReportingOverflow(alignment - 1)
    guard !overflow else {
      throw .wrongType(key: "general.alignment", found: "\(alignment)", expected: "less than the file's size")
    }
    return sum & ~(alignment - 1)
  }
}
