import GGUF
import OpenAIAPI

/// A JSON file of a model folder that holds an object, and typed reading from it with errors that name file and key.
struct JSONFile {
  let path: String
  let object: JSONObject

  /// Reads a file; its size is held against `mostBytes` first.
  init(path: String, mostBytes: Int = 1 << 24) throws {
    let file = try MappedFile(path: path)
    guard file.byteCount <= mostBytes else {
      throw SafetensorsError.malformed(
        file: path, found: "it has \(file.byteCount) bytes", expected: "at most \(mostBytes)")
    }
    var bytes: [UInt8] = []
    file.append(0..<file.byteCount, to: &bytes)
    try self.init(path: path, bytes: bytes)
  }

  init(path: String, bytes: [UInt8]) throws(SafetensorsError) {
    self.path = path
    let value: JSONValue
    do { value = try JSONParser.parse(bytes) } catch {
      throw .malformed(file: path, found: "\(error)", expected: "JSON")
    }
    guard case .object(let object) = value else {
      throw .malformed(file: path, found: "\(value.kind)", expected: "an object")
    }
    self.object = object
  }

  /// Another object of the same file, such as a member.
  init(path: String, object: JSONObject) {
    self.path = path
    self.object = object
  }

  /// Whether a value is there, and is not null.
  func has(_ key: String) -> Bool { object[key].map { $0 != .null } ?? false }

  func member(_ key: String) throws(SafetensorsError) -> JSONFile? {
    switch object[key] {
    case nil, .null?: return nil
    case .object(let member)?: return JSONFile(path: path, object: member)
    case let other?: throw bad(key, other, "an object")
    }
  }

  func string(_ key: String) throws(SafetensorsError) -> String? {
    switch object[key] {
    case nil, .null?: return nil
    case .string(let text)?: return text
    case let other?: throw bad(key, other, "a string")
    }
  }

  func boolean(_ key: String) throws(SafetensorsError) -> Bool? {
    switch object[key] {
    case nil, .null?: return nil
    case .boolean(let value)?: return value
    case let other?: throw bad(key, other, "true or false")
    }
  }

  func number(_ key: String) throws(SafetensorsError) -> Double? {
    switch object[key] {
    case nil, .null?: return nil
    case .integer(let value)?: return Double(value)
    case .number(let value)?: return value
    case let other?: throw bad(key, other, "a number")
    }
  }

  /// A count: 0 to 2^31 - 1.
  func count(_ key: String) throws(SafetensorsError) -> Int? {
    switch object[key] {
    case nil, .null?: return nil
    case .integer(let value)? where (0...Int(Int32.max)).contains(value): return value
    case let other?: throw bad(key, other, "a whole number from 0 to \(Int32.max)")
    }
  }

  func array(_ key: String) throws(SafetensorsError) -> [JSONValue]? {
    switch object[key] {
    case nil, .null?: return nil
    case .array(let elements)?: return elements
    case let other?: throw bad(key, other, "an array")
    }
  }

  /// The value that `read` finds.
  func require<Value>(
    _ key: String, _ read: (String) throws(SafetensorsError) -> Value?
  ) throws(SafetensorsError) -> Value {
    guard let value = try read(key) else {
      throw .badValue(file: path, key: key, found: "absent", expected: "a value, which is required")
    }
    return value
  }

  func bad(_ key: String, _ value: JSONValue, _ expected: String) -> SafetensorsError {
    let found: String =
      switch value {
      case .integer(let number): "\(number)"
      case .number(let number): "\(number)"
      case .string(let text): "'\(text.prefix(80))'"
      case .boolean(let value): "\(value)"
      default: value.kind
      }
    return .badValue(file: path, key: key, found: found, expected: expected)
  }
}
