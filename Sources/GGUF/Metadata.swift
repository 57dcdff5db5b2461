/// The key-value part of a GGUF file.
///
/// Every accessor gives nil when the key is absent and throws `GGUFError.wrongType` when the value is of
/// another kind; `require` makes absence an error too.
package struct Metadata: Sendable {
  private let file: MappedFile
  private let values: [String: MetadataValue]
  /// All keys, in the order of the file.
  package let keys: [String]

  init(from reader: inout GGUFReader, count: Int) throws(GGUFError) {
    var values: [String: MetadataValue] = [:]
    var keys: [String] = []
    for _ in 0..<count {
      let start = reader.offset
      let key = try reader.name("a metadata key")
      guard values.updateValue(try reader.metadataValue(key), forKey: key) == nil else {
        throw .malformed(
          offset: start, found: "metadata key '\(key)' appears twice", expected: "each key once")
      }
      keys.append(key)
    }
    self.file = reader.file
    self.values = values
    self.keys = keys
  }

  /// The value that `read` finds, as in `try metadata.require("llama.block_count", as: metadata.integer)`.
  package func require<Value>(
    _ key: String, as read: (String) throws(GGUFError) -> Value?
  ) throws(GGUFError) -> Value {
    guard let value = try read(key) else { throw .missingKey(key) }
    return value
  }

  package func string(_ key: String) throws(GGUFError) -> String? {
    switch values[key] {
    case nil: return nil
    case .string(let range): return file.string(range)
    case .some(let value): throw wrongType(key, value, "a string")
    }
  }

  /// A whole number that is not negative, of whatever integer type the file uses.
  package func integer(_ key: String) throws(GGUFError) -> Int? {
    let value = values[key]
    switch value {
    case nil: return nil
    case .unsigned(let number): if let number = Int(exactly: number) { return number }
    case .signed(let number): if number >= 0 { return Int(number) }
    default: break
    }
    throw wrongType(key, value, "an integer from 0 to \(Int.max)")
  }

  package func float(_ key: String) throws(GGUFError) -> Double? {
    switch values[key] {
    case nil: return nil
    case .float(let number): return number
    case .unsigned(let number): return Double(number)
    case .signed(let number): return Double(number)
    case .some(let value): throw wrongType(key, value, "a number")
    }
  }

  package func bool(_ key: String) throws(GGUFError) -> Bool? {
    switch values[key] {
    case nil: return nil
    case .bool(let value): return value
    case .some(let value): throw wrongType(key, value, "true or false")
    }
  }

  /// An array of strings, which stay in the file until they are asked for.
  package func strings(_ key: String) throws(GGUFError) -> StringArray? {
    guard let array = try array(key, "an array of strings") else { return nil }
    guard array.type == .string else { throw wrongType(key, .array(array), "an array of strings") }
    return StringArray(file: file, starts: array.starts)
  }

  /// An array of integers of any width and sign.
  package func integers(_ key: String) throws(GGUFError) -> [Int]? {
    let expected = "an array of integers from \(Int.min) to \(Int.max)"
    guard let array = try array(key, expected) else { return nil }
    let numbers: [Int]? =
      switch array.type {
      case .uint8: numbers(array, UInt8.self).map(Int.init)
      case .int8: numbers(array, Int8.self).map(Int.init)
      case .uint16: numbers(array, UInt16.self).map(Int.init)
      case .int16: numbers(array, Int16.self).map(Int.init)
      case .uint32: numbers(array, UInt32.self).map(Int.init)
      case .int32: numbers(array, Int32.self).map(Int.init)
      case .int64: numbers(array, Int64.self).map(Int.init)
      case .uint64: numbers(array, UInt64.self).allExactly()
      case .float32, .float64, .bool, .string, .array: nil
      }
    guard let numbers else { throw wrongType(key, .array(array), expected) }
    return numbers
  }

  /// An array of floating-point numbers, as 32-bit ones.
  package func floats(_ key: String) throws(GGUFError) -> [Float]? {
    guard let array = try array(key, "an array of numbers") else { return nil }
    switch array.type {
    case .float32: return numbers(array, UInt32.self).map(Float.init(bitPattern:))
    case .float64: return numbers(array, UInt64.self).map { Float(Double(bitPattern: $0)) }
    default: throw wrongType(key, .array(array), "an array of numbers")
    }
  }

  /// A value in words, for listings: the text of a string, the number, or the kind and size of an array.
  package func summary(_ key: String) -> String? {
    switch values[key] {
    case nil: nil
    case .string(let range): file.string(range)
    case .unsigned(let number): "\(number)"
    case .signed(let number): "\(number)"
    case .float(let number): "\(number)"
    case .bool(let value): "\(value)"
    case .array(let array): "\(array.count) x \(array.type.name)"
    }
  }

  private func array(_ key: String, _ expected: String) throws(GGUFError) -> MetadataArray? {
    switch values[key] {
    case nil: return nil
    case .array(let array): return array
    case .some(let value): throw wrongType(key, value, expected)
    }
  }

  private func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
    _ array: MetadataArray, _ type: Number.Type
  ) -> [Number] {
    stride(from: array.bytes.lowerBound, to: array.bytes.upperBound, by: MemoryLayout<Number>.size)
      .compactMap { file.number(at: $0, as: type) }
  }

  private func wrongType(_ key: String, _ value: MetadataValue?, _ expected: String) -> GGUFError {
    .wrongType(key: key, found: value?.typeName ?? "nothing", expected: expected)
  }
}

extension [UInt64] {
  fileprivate func allExactly() -> [Int]? {
    let fitting = compactMap { Int(exactly: $0) }
    return fitting.count == count ? fitting : nil
  }
}
