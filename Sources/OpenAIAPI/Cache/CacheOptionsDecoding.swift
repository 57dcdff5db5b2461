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

  /// The text as the JSON value that the body would have in its place.
  private static func value(ofText text: String, name: String) -> JSONValue {
    if name == "policy" { return .string(text) }
    switch try? JSONParser.parse([UInt8](text.utf8)) {
    case .integer(let integer): return .integer(integer)
    case .number(let number): return .number(number)
    case .boolean(let boolean): return .boolean(boolean)
    default: return .string(text)
    }
  }

  private init(_ object: JSONObject, path: String) throws(APIError) {
    self.init()
    var fields = FieldReader(object, prefix: path + ".")
    policy = try CacheOptions.policyName(&fields)
    budget = try fields.value("budget").map { value throws(APIError) in
      try RequestedBudget(value, path: fields.path("budget"))
    }
    stride = try fields.integer("stride", in: 1...Int(Int32.max))
    sinks = try fields.integer("sinks", in: 0...Int(Int32.max))
    recent = try fields.integer("recent", in: 0...Int(Int32.max))
    recentRatio = try fields.number("recent_ratio", in: 0...1)
    scope = try CacheOptions.scope(&fields)
    seed = try fields.integer("seed", in: Int.min...Int.max)
    faithful = try fields.boolean("faithful")
    try CacheOptions.refuseUnbuilt(&fields)
    // What is no field of ours may be a parameter of the policy, all of which are numbers.
    for name in object.names where !CacheOptions.fieldNames.contains(name) {
      guard let number = object[name]?.double else { throw CacheOptions.unknown(fields.path(name)) }
      parameters[name] = number
    }
  }

  /// 400: neither a field nor one of the parameters that the policy has.
  package static func unknown(_ path: String, parameters: [String] = []) -> APIError {
    .invalidRequest(
      "'\(path)' is unknown; known: \((fieldNames + parameters).joined(separator: ", "))", param: path,
      code: "unknown_parameter")
  }

  private static func policyName(_ fields: inout FieldReader) throws(APIError) -> String? {
    guard let name = try fields.string("policy") else { return nil }
    guard isPolicyName(name) else {
      throw .outOfRange(
        fields.path("policy"), .string(name), "a name of up to 32 letters a-z, digits, '-' and '_'")
    }
    return name
  }

  static func isPolicyName(_ text: String) -> Bool {
    (1...32).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
      }
  }

  private static func scope(_ fields: inout FieldReader) throws(APIError) -> BudgetScope? {
    guard let name = try fields.string("scope") else { return nil }
    guard let scope = BudgetScope(rawValue: name) else {
      let known = BudgetScope.allCases.map(\.rawValue).joined(separator: ", ")
      throw .outOfRange(fields.path("scope"), .string(name), "one of \(known)")
    }
    return scope
  }

  /// Modes, positions and pins exist in the definitions, but only one of each is built.
  private static func refuseUnbuilt(_ fields: inout FieldReader) throws(APIError) {
    for (name, built) in [("mode", "hard"), ("positions", "original")] {
      guard let value = try fields.string(name), value != built else { continue }
      throw .notSupported(fields.path(name), .string(value), neutral: "\"\(built)\"")
    }
    guard let pins = fields.value("pins"), pins != [] else { return }
    throw .notSupported(fields.path("pins"), pins, neutral: "[]")
  }
}

extension StringProtocol {
  /// The text without spaces and tabs at its ends.
  fileprivate var trimmed: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }
}
