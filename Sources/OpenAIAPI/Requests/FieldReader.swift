/// Reads the fields of one JSON object with their types and ranges, and remembers which it was asked for.
///
/// Null counts as absent, as OpenAI's clients send it. What nobody asked for is in `unread` at the end: for
/// a request these fields are reported back, for `kv_cache` they are errors.
struct FieldReader {
  private let object: JSONObject
  private let prefix: String
  /// The names that were asked for.
  private(set) var read: Set<ExactName> = []

  /// Reads an object whose fields are called `prefix` + name in errors.
  init(_ object: JSONObject, prefix: String = "") {
    self.object = object
    self.prefix = prefix
  }

  /// The names of the fields that were not asked for, with the prefix, in order.
  var unread: [String] { object.names.filter { !read.contains(ExactName(text: $0)) }.map { prefix + $0 } }

  func path(_ name: String) -> String { prefix + name }

  mutating func value(_ name: String) -> JSONValue? {
    read.insert(ExactName(text: name))
    guard let value = object[name], value != .null else { return nil }
    return value
  }

  mutating func boolean(_ name: String) throws(APIError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard case .boolean(let boolean) = value else { throw .wrongType(path(name), "a boolean", value) }
    return boolean
  }

  mutating func string(_ name: String) throws(APIError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .string(let string) = value else { throw .wrongType(path(name), "a string", value) }
    return string
  }

  mutating func object(_ name: String) throws(APIError) -> JSONObject? {
    guard let value = value(name) else { return nil }
    guard case .object(let object) = value else { throw .wrongType(path(name), "an object", value) }
    return object
  }

  /// A whole number in a range; `16.0` is one, as some clients send it.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(APIError) -> Int? {
    guard let value = value(name) else { return nil }
    let integer = try value.wholeNumber(path(name))
    guard range.contains(integer) else {
      throw .outOfRange(path(name), value, "from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A number in a range, which errors tell as `allowed`.
  mutating func number(
    _ name: String, in range: ClosedRange<Double>, allowed: String? = nil
  ) throws(APIError) -> Double? {
    guard let value = value(name) else { return nil }
    guard let number = value.double else { throw .wrongType(path(name), "a number", value) }
    guard range.contains(number) else {
      throw .outOfRange(path(name), value, allowed ?? "from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }
}

extension JSONValue {
  /// The number as a double, nil for all other kinds.
  var double: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  func wholeNumber(_ path: String) throws(APIError) -> Int {
    switch self {
    case .integer(let integer): return integer
    case .number(let number):
      guard number == number.rounded() else { throw .wrongType(path, "an integer", self) }
      guard let integer = Int(exactly: number) else {
        throw .outOfRange(path, self, "from \(Int.min) to \(Int.max)")
      }
      return integer
    default: throw .wrongType(path, "an integer", self)
    }
  }
}

extension APIError {
  static func wrongType(_ path: String, _ expected: String, _ found: JSONValue) -> APIError {
    invalidRequest("'\(path)' must be \(expected), found \(found.kind)", param: path, code: "invalid_type")
  }

  static func outOfRange(_ path: String, _ found: JSONValue, _ allowed: String) -> APIError {
    invalidRequest(
      "'\(path)' is \(String(decoding: found.encoded.prefix(80), as: UTF8.self)), allowed is \(allowed)",
      param: path, code: "invalid_value")
  }

  static func missing(_ path: String) -> APIError {
    invalidRequest("'\(path)' is required", param: path, code: "missing_required_parameter")
  }
}
