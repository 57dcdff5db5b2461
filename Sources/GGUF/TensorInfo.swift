/// What the file says of one tensor, checked against the file's size.
package struct TensorInfo: Sendable {
  package let name: String
  /// Sizes, the fastest-changing (row length) first; 1 to 4 of them.
  package let dimensions: [Int]
  package let type: TensorType
  /// Where its data lies in the file.
  package let bytes: Range<Int>

  package var elementCount: Int { dimensions.reduce(1, *) }

  /// Rows of the fastest-changing dimension's length.
  package var rowCount: Int { elementCount / dimensions[0] }

  /// Where rows lie in the file.
  func bytes(ofRows rows: Range<Int>) -> Range<Int> {
    let rowBytes = bytes.count / rowCount
    let start = bytes.lowerBound + rows.lowerBound * rowBytes
    return start..<start + rows.count * rowBytes
  }
}

/// A tensor's entry as it stands in the file: its data's place is not known before all entries are read.
struct TensorEntry {
  let position: Int
  let name: String
  let dimensions: [Int]
  let type: TensorType
  let byteCount: Int
  /// Relative to the start of the data section.
  let dataOffset: UInt64

  init(from reader: inout GGUFReader) throws(GGUFError) {
    position = reader.offset
    name = try reader.name("a tensor name")
    dimensions = try Self.dimensions(from: &reader, name)
    type = try Self.type(from: &reader, name)
    byteCount = try Self.byteCount(dimensions, type, name, position)
    dataOffset = try reader.number(UInt64.self, "the offset of tensor '\(name)'")
  }

  /// Checks that the data lies, aligned, inside the file.
  func placed(dataStart: Int, alignment: Int, fileSize: Int) throws(GGUFError) -> TensorInfo {
    guard dataOffset.isMultiple(of: UInt64(alignment)) else {
      throw malformed("its offset \(dataOffset) is not aligned", "a multiple of \(alignment)")
    }
    guard dataStart <= fileSize, byteCount <= fileSize - dataStart,
      dataOffset <= UInt64(fileSize - dataStart - byteCount)
    else {
      throw malformed(
        "its \(byteCount) bytes at data offset \(dataOffset) pass the end of the file",
        "data inside \(fileSize) bytes, of which \(max(0, fileSize - dataStart)) are data: is the download complete?"
      )
    }
    let start = dataStart + Int(dataOffset)
    return TensorInfo(name: name, dimensions: dimensions, type: type, bytes: start..<(start + byteCount))
  }

  func malformed(_ found: String, _ expected: String) -> GGUFError {
    .malformed(offset: position, found: "tensor '\(name)': \(found)", expected: expected)
  }

  private static func dimensions(from reader: inout GGUFReader, _ name: String) throws(GGUFError) -> [Int] {
    let start = reader.offset
    let count = try reader.number(UInt32.self, "the dimension count of tensor '\(name)'")
    guard (1...4).contains(count) else {
      throw .malformed(offset: start, found: "tensor '\(name)' has \(count) dimensions", expected: "1 to 4")
    }
    var dimensions: [Int] = []
    for _ in 0..<count {
      let start = reader.offset
      let size = try reader.number(UInt64.self, "a dimension of tensor '\(name)'")
      guard let size = Int(exactly: size), size > 0 else {
        throw .malformed(
          offset: start, found: "a dimension of tensor '\(name)' is \(size)", expected: "1 to \(Int.max)")
      }
      dimensions.append(size)
    }
    return dimensions
  }

  private static func type(from reader: inout GGUFReader, _ name: String) throws(GGUFError) -> TensorType {
    let start = reader.offset
    let number = try reader.number(UInt32.self, "the type of tensor '\(name)'")
    guard let type = TensorType(rawValue: number) else {
      throw .malformed(
        offset: start,
        found: "tensor '\(name)' has type number \(number), unknown or removed from the format",
        expected: "one of \(TensorType.allCases.map(\.name).joined(separator: ", "))")
    }
    return type
  }

  private static func byteCount(
    _ dimensions: [Int], _ type: TensorType, _ name: String, _ position: Int
  ) throws(GGUFError) -> Int {
    guard dimensions[0].isMultiple(of: type.blockSize) else {
      throw .malformed(
        offset: position, found: "tensor '\(name)' of type \(type.name) has rows of \(dimensions[0])",
        expected: "a multiple of \(type.blockSize)")
    }
    var total = (partialValue: dimensions[0] / type.blockSize, overflow: false)
    for factor in dimensions.dropFirst() + [type.bytesPerBlock] where !total.overflow {
      total = total.partialValue.multipliedReportingOverflow(by: factor)
    }
    // The count of elements must fit as well: it can be larger than that of bytes.
    let elements = total.partialValue.multipliedReportingOverflow(by: type.blockSize)
    guard !total.overflow, !elements.overflow else {
      throw .malformed(
        offset: position, found: "the dimensions \(dimensions) of tensor '\(name)' overflow",
        expected: "a size that fits into the file")
    }
    return total.partialValue
  }
}
