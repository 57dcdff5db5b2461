extension CacheOptions {
  /// Reads the body's `kv_cache`: an object, or a string in the header's syntax.
  package init(body value: JSONValue, path: String = "kv_cache") throws(APIError) {
    switch value {
    case .object(let object): try self.init(object, path: path)
    case .string(let text): try self.init(header: text, path: path)
    default: throw .wrongType(path, "an object or a string such as \"roco; budget=512\"", value)
    }
  }

  /// Reads the header `x-kvota-kv`, such as `roco; budget=512; stride=32`.
  ///
  /// The first segment may be the policy's bare name; all others are `name=value` with the names of the body.
  package init(header text: String, path: String = "x-kvota-kv") throws(APIError) {
    guard text.utf8.count <= Self.mostTextBytes else {
      throw .invalidRequest(
        "\(path) has \(text.utf8.count) bytes, allowed are up to \(Self.mostTextBytes)", param: path,
        code: "invalid_value")
    }
    var object = JSONObject()
    let segments = text.split(separator: ";").map(\.trimmed).filter { !$0.isEmpty }
    for (index, segment) in segments.enumerated() {
      let parts = segment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
      let isBareName = parts.count == 1 && index == 0
      let (name, value) = isBareName ? ("policy", parts[0]) : (parts[0], parts.dropFirst().first ?? "")
      guard !name.isEmpty, !value.isEmpty else {
        throw .invalidRequest(
          "'\(segment)' in \(path) is not name=value; write it as in \"roco; budget=512; stride=32\"",
          param: path, code: "invalid_value")
      }
      guard object[name] == nil else {
        throw .invalidRequest(
          "'\(name)' appears twice in \(path); send it once", param: "\(path).\(name)", code: "invalid_value")
      }
      object[name] = CacheOptions.value(ofText: value, name: name)
    }
    try self.init(object, path: path)
  }

  private static let mostTextBytes = 4096

  /// The text as the JSON value that the body would have in its place.
  private static func value(ofText text: String, name: String) -> JSONValue {
    if name == "policy" { return .string(text) }
    switch try? JSONParser.parse([UInt8](text.utf8)) {
    case .integer(let integer): return .integer(integer)
    case .number(let number): return .number(number)
    case .boolean(let boolean): return .boolean(boolean)
    case .array(let elements): return .array(elements)
    default: return .string(text)
    }
  }

  private init(_ object: JSONObject, path: String) throws(APIError) {
    self.init()
    var fields = FieldReader(object, prefix: path + ".")
    for field in CacheField.all { try field.read(&fields, &self) }
    // What is no field of ours may be a parameter of the policy, all of which are numbers.
    for path in fields.unread {
      let name = String(path.dropFirst(fields.path("").count))
      guard let number = object[name]?.double else { throw CacheOptions.unknown(path) }
      parameters[name] = number
    }
  }

  /// 400: neither a field nor one of the parameters that the policy has.
  package static func unknown(_ path: String, parameters: [String] = []) -> APIError {
    .invalidRequest(
      "'\(path)' is unknown; known: \((CacheField.all.map(\.name) + parameters).joined(separator: ", "))",
      param: path,
      code: "unknown_parameter")
  }

  static func policyName(_ fields: inout FieldReader, _ name: String) throws(APIError) -> String? {
    guard let policy = try fields.string(name) else { return nil }
    guard isPolicyName(policy) else {
      throw .outOfRange(
        fields.path(name), .string(policy), "a name of up to 32 letters a-z, digits, '-' and '_'")
    }
    return policy
  }

  static func isPolicyName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
      }
  }

  /// `{"min": 256}`, or the number alone.
  static func elasticMinimum(_ fields: inout FieldReader, _ name: String) throws(APIError) -> Int? {
    let range = 1...Int(Int32.max)
    guard case .object(let object)? = fields.value(name) else { return try fields.integer(name, in: range) }
    var inner = FieldReader(object, prefix: fields.path(name) + ".")
    let minimum = try inner.integer("min", in: range)
    if let unknown = inner.unread.first {
      throw .invalidRequest("'\(unknown)' is unknown; known: min", param: unknown, code: "unknown_parameter")
    }
    guard let minimum else { throw .missing(inner.path("min")) }
    return minimum
  }

  static func poolWidth(_ fields: inout FieldReader, _ name: String) throws(APIError) -> Int? {
    let range = 1...63
    guard let width = try fields.integer(name, in: range) else { return nil }
    guard width % 2 == 1 else {
      throw .outOfRange(
        fields.path(name), .integer(width), "an odd number from \(range.lowerBound) to \(range.upperBound)")
    }
    return width
  }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }
}
