/// The types that metadata values can have, by their number in the file.
enum MetadataType: UInt32 {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  var name: String { "\(self)" }

  /// Fewest bytes a value takes: exact for numbers, the length fields for strings and arrays.
  var minimumBytes: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: 12
    }
  }
}

/// One metadata value: numbers widened, strings and arrays left in the file.
enum MetadataValue {
  case unsigned(UInt64)
  case signed(Int64)
  case float(Double)
  case bool(Bool)
  case string(Range<Int>)
  case array(MetadataArray)

  var typeName: String {
    switch self {
    case .unsigned(let value): "the unsigned integer \(value)"
    case .signed(let value): "the integer \(value)"
    case .float(let value): "the number \(value)"
    case .bool(let value): "\(value)"
    case .string: "a string"
    case .array(let array): "an array of \(array.count) \(array.type.name)"
    }
  }
}

/// Where an array lies in the file.
struct MetadataArray {
  let type: MetadataType
  let count: Int
  /// The elements; for strings and nested arrays with their length fields.
  let bytes: Range<Int>
  /// Of string arrays: where each element's length field starts, and the end of the last; else empty.
  let starts: [Int]
}

extension GGUFReader {
  /// How deep arrays may lie in arrays: the format sets no limit, and known files have no nesting at all.
  private static let maximumDepth = 4

  mutating func metadataType(_ what: String) throws(GGUFError) -> MetadataType {
    let start = offset
    let number = try number(UInt32.self, what)
    guard let type = MetadataType(rawValue: number) else {
      throw .malformed(offset: start, found: "\(what) is \(number)", expected: "0 to 12")
    }
    return type
  }

  mutating func metadataValue(_ key: String) throws(GGUFError) -> MetadataValue {
    let what = "the value of '\(key)'"
    switch try metadataType("the type of '\(key)'") {
    case .uint8: return .unsigned(UInt64(try number(UInt8.self, what)))
    case .uint16: return .unsigned(UInt64(try number(UInt16.self, what)))
    case .uint32: return .unsigned(UInt64(try number(UInt32.self, what)))
    case .uint64: return .unsigned(try number(UInt64.self, what))
    case .int8: return .signed(Int64(try number(Int8.self, what)))
    case .int16: return .signed(Int64(try number(Int16.self, what)))
    case .int32: return .signed(Int64(try number(Int32.self, what)))
    case .int64: return .signed(try number(Int64.self, what))
    case .float32: return .float(Double(Float(bitPattern: try number(UInt32.self, what))))
    case .float64: return .float(Double(bitPattern: try number(UInt64.self, what)))
    case .bool: return .bool(try bool(what))
    case .string: return .string(try stringRange(what))
    case .array: return .array(try array(what, depth: 1))
    }
  }

  private mutating func bool(_ what: String) throws(GGUFError) -> Bool {
    let start = offset
    let byte = try number(UInt8.self, what)
    guard byte <= 1 else { throw .malformed(offset: start, found: "\(what) is \(byte)", expected: "0 or 1") }
    return byte == 1
  }

  private mutating func array(_ what: String, depth: Int) throws(GGUFError) -> MetadataArray {
    guard depth <= Self.maximumDepth else {
      throw malformed("arrays in \(what) nest deeper than \(Self.maximumDepth)", "at most that")
    }
    let type = try metadataType("the element type of \(what)")
    let count = try count("the count of \(what)", minimumBytes: type.minimumBytes)
    let start = offset
    var starts: [Int] = []
    switch type {
    case .string:
      starts.reserveCapacity(count + 1)
      for _ in 0..<count {
        starts.append(offset)
        _ = try stringRange(what)
      }
      starts.append(offset)
    case .array:
      for _ in 0..<count { _ = try array(what, depth: depth + 1) }
    default:
      _ = try skip(count * type.minimumBytes, what)
    }
    return MetadataArray(type: type, count: count, bytes: start..<offset, starts: starts)
  }
}
