/// A strict RFC 8259 parser that knows where it is.
///
/// Stricter than the RFC asks where leniency would hide a mistake: a name that appears twice in an object is
/// refused (others keep the first or the last, silently), as are unpaired surrogates and numbers that
/// no `Double` holds. Integers that fit stay integers.
package struct JSONParser {
  /// How deep arrays and objects may nest unless the caller says otherwise.
  package static let depthLimit = 64
  /// How deep they ever may: the parser recurses, so this bounds its stack.
  package static let mostDepth = 256

  let bytes: [UInt8]
  var offset = 0
  private var depth = 0
  private let depthLimit: Int

  private init(_ bytes: [UInt8], depthLimit: Int) {
    precondition(depthLimit <= Self.mostDepth, "no deeper than the stack is")
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  /// Parses bytes that hold exactly one JSON value, of at most `depth` levels.
  ///
  /// - Throws: `JSONError` with the offset of the first offending byte.
  package static func parse(_ bytes: [UInt8], depth: Int = depthLimit) throws(JSONError) -> JSONValue {
    var parser = JSONParser(bytes, depthLimit: depth)
    let value = try parser.value()
    parser.skipSpace()
    guard parser.offset == bytes.count else { throw parser.error(.trailingBytes) }
    return value
  }

  var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  func error(_ reason: JSONError.Reason) -> JSONError { JSONError(reason: reason, offset: offset) }

  func unexpected(_ expected: String) -> JSONError {
    error(next.map { .unexpectedByte($0, expected: expected) } ?? .unexpectedEnd)
  }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    offset += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.object() })
    case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.array() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .boolean(true))
    case UInt8(ascii: "f"): return try literal("false", .boolean(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")), UInt8(ascii: "-"): return try number()
    default: throw unexpected("a JSON value")
    }
  }

  private mutating func nested<Result>(
    _ body: (inout JSONParser) throws(JSONError) -> Result
  ) throws(JSONError) -> Result {
    guard depth < depthLimit else { throw error(.tooDeep(limit: depthLimit)) }
    depth += 1
    defer { depth -= 1 }
    offset += 1
    return try body(&self)
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    if take(UInt8(ascii: "]")) { return elements }
    while true {
      elements.append(try value())
      if take(UInt8(ascii: "]")) { return elements }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or ']'") }
    }
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var members = JSONObject()
    if take(UInt8(ascii: "}")) { return members }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw unexpected("a member name in double quotes") }
      let start = offset
      let name = try string()
      guard members[name] == nil else { throw JSONError(reason: .duplicateName(name), offset: start) }
      guard take(UInt8(ascii: ":")) else { throw unexpected("':'") }
      members[name] = try value()
      if take(UInt8(ascii: "}")) { return members }
      guard take(UInt8(ascii: ",")) else { throw unexpected("',' or '}'") }
    }
  }

  private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard next == byte else { throw unexpected("'\(word)'") }
      offset += 1
    }
    return value
  }
}
