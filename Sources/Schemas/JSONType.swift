import OpenAIAPI

/// The types of JSON Schema.
enum JSONType: String, CaseIterable {
  case null, boolean, integer, number, string, array, object

  /// The type that a value has; whole numbers are integers.
  init?(_ value: JSONValue) {
    switch value {
    case .null: self = .null
    case .boolean: self = .boolean
    case .integer: self = .integer
    case .number(let number): self = number.rounded() == number ? .integer : .number
    case .string: self = .string
    case .array: self = .array
    case .object: self = .object
    case .encoded: return nil
    }
  }

  /// The types that the value of `type` names, each once.
  static func all(in value: JSONValue, at path: String) throws(SchemaError) -> [JSONType] {
    let names: [JSONValue]
    if case .array(let list) = value { names = list } else { names = [value] }
    var types: [JSONType] = []
    for name in names {
      guard case .string(let text) = name, let type = JSONType(rawValue: text) else {
        throw SchemaError(
          path, "a type is one of \(allCases.map(\.rawValue).joined(separator: ", ")), or a list of these")
      }
      if !types.contains(type) { types.append(type) }
    }
    return types
  }

  /// Whether values of a type are of this one too.
  func includes(_ other: JSONType) -> Bool { self == other || self == .number && other == .integer }
}

extension JSONObject {
  /// Whether the schema says something about values of a type.
  func has(_ type: JSONType) -> Bool {
    let name = type == .integer ? JSONType.number.rawValue : type.rawValue
    return SchemaKeywords.byType.contains { $0.type == name && $0.names.contains { self[$0] != nil } }
  }

  /// The types that a schema names, else those that it says something about, else all.
  func types(at path: String) throws(SchemaError) -> [JSONType] {
    let types = try namedTypes(at: path)
    guard wantsWholeNumbers, types.contains(.number) else { return types }
    return types.filter { $0 != .number && $0 != .integer } + [.integer]
  }

  private func namedTypes(at path: String) throws(SchemaError) -> [JSONType] {
    guard let named = self["type"] else {
      let implied = JSONType.allCases.filter { $0 != .integer && has($0) }
      return implied.isEmpty ? JSONType.allCases.filter { $0 != .integer } : implied
    }
    return try JSONType.all(in: named, at: path.member("type"))
  }

  /// The one `multipleOf` that is not refused is 1.
  private var wantsWholeNumbers: Bool { self["multipleOf"] != nil }

  /// The values to which `enum` or `const` limits a schema; nil if neither does.
  ///
  /// Of other keywords only `type` may limit them further.
  func values(at path: String) throws(SchemaError) -> [JSONValue]? {
    var values: [JSONValue]
    if let constant = self["const"] {
      values = [constant]
      if case .array(let listed) = self["enum"], !listed.contains(constant) { values = [] }
    } else if let listed = self["enum"] {
      guard case .array(let list) = listed, !list.isEmpty else {
        throw SchemaError(path.member("enum"), "'enum' is a list of at least one value")
      }
      values = list
    } else {
      return nil
    }
    if self["type"] != nil {
      let types = try types(at: path)
      values.removeAll { value in !types.contains { type in JSONType(value).map(type.includes) ?? false } }
    }
    if wantsWholeNumbers { values.removeAll { JSONType($0) == .number } }
    if let other = names.first(where: { !["const", "enum", "type"].contains($0) }) {
      let isAbout = values.contains { value in
        SchemaKeywords.byType.contains { group in
          group.names.contains(other)
            && JSONType(value).map { group.type == $0.rawValue || group.type == "number" && $0 == .integer }
              ?? false
        }
      }
      if isAbout {
        throw SchemaError(
          path.member(other),
          "'\(other)' cannot be kept to beside 'enum' or 'const'; leave out the values that it excludes")
      }
    }
    return values
  }

  /// A list of schemas, at least one; nil if there is none.
  func schemas(_ name: String, at path: String) throws(SchemaError) -> [JSONValue]? {
    guard let value = self[name] else { return nil }
    guard case .array(let schemas) = value, !schemas.isEmpty else {
      throw SchemaError(path.member(name), "'\(name)' is a list of at least one schema")
    }
    return schemas
  }

  /// A number of things, from 0.
  func count(_ name: String, at path: String) throws(SchemaError) -> Int? {
    guard let value = self[name] else { return nil }
    switch value {
    case .integer(let count) where count >= 0: return count
    case .number(let number) where number >= 0 && Int(exactly: number) != nil: return Int(exactly: number)
    default: throw SchemaError(path.member(name), "'\(name)' is a whole number from 0")
    }
  }
}
