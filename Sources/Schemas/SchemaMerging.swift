import OpenAIAPI

/// One schema of two that must both hold.
enum SchemaMerging {
  static func merge(_ one: JSONObject, _ other: JSONObject, at path: String) throws(SchemaError) -> JSONObject
  {
    try checkClosed(one, other, at: path)
    try checkClosed(other, one, at: path)
    var whole = one
    for name in other.names {
      guard let second = other[name] else { continue }
      guard let first = one[name], first != second else {
        whole[name] = second
        continue
      }
      whole[name] = try merge(name, first, second, at: path.member(name))
    }
    return whole
  }

  private static func merge(
    _ name: String, _ first: JSONValue, _ second: JSONValue, at path: String
  ) throws(SchemaError) -> JSONValue {
    switch (name, first, second) {
    case ("properties", .object(let first), .object(let second)):
      var all = first
      for name in second.names {
        guard let mine = first[name], let theirs = second[name] else {
          all[name] = second[name]
          continue
        }
        all[name] = mine == theirs ? mine : .object(["allOf": [mine, theirs]])
      }
      return .object(all)
    case ("required", .array(let first), .array(let second)): return .array(first + second.without(first))
    case ("enum", .array(let first), .array(let second)): return .array(first.without(first.without(second)))
    case ("type", _, _): return .array(common(types(first), types(second)))
    case ("items", _, _), ("additionalProperties", _, _): return .object(["allOf": [first, second]])
    case ("allOf", .array(let first), .array(let second)): return .array(first + second)
    default: return try mergeBounds(name, first, second, at: path)
    }
  }

  private static func mergeBounds(
    _ name: String, _ first: JSONValue, _ second: JSONValue, at path: String
  ) throws(SchemaError) -> JSONValue {
    let isLeast = name.hasPrefix("min") || name == "exclusiveMinimum"
    let isMost = name.hasPrefix("max") || name == "exclusiveMaximum"
    guard isLeast || isMost, let one = first.amount, let other = second.amount else {
      throw SchemaError(path, "two of '\(name)' that must both hold cannot be kept to; join them")
    }
    return (one < other) == isLeast ? second : first
  }

  private static func types(_ value: JSONValue) -> [JSONValue] {
    if case .array(let list) = value { list } else { [value] }
  }

  /// Integers are numbers too.
  private static func common(_ first: [JSONValue], _ second: [JSONValue]) -> [JSONValue] {
    let narrow = { (mine: [JSONValue], theirs: [JSONValue]) in
      mine.filter { theirs.contains($0) || $0 == "integer" && theirs.contains("number") }
    }
    let both = narrow(first, second)
    return both + narrow(second, first).filter { !both.contains($0) }
  }

  /// A schema that admits no other properties than its own, or only some, does not see those of another.
  private static func checkClosed(_ closed: JSONObject, _ other: JSONObject, at path: String)
    throws(SchemaError)
  {
    guard let rule = closed["additionalProperties"], rule != .boolean(true),
      case .object(let added) = other["properties"]
    else { return }
    var own: [String] = []
    if case .object(let properties) = closed["properties"] { own = properties.names }
    guard let name = added.names.first(where: { !own.contains($0) }) else { return }
    throw SchemaError(
      path,
      "one part's 'additionalProperties' speaks of '\(name)', which is a property of another; say it once, around all"
    )
  }
}

extension [JSONValue] {
  /// Those that are not among others, compared by their texts: lists may be long.
  fileprivate func without(_ others: [JSONValue]) -> [JSONValue] {
    let texts = Set(others.map(\.encoded))
    return filter { !texts.contains($0.encoded) }
  }
}

extension JSONValue {
  /// A number's value.
  var amount: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
