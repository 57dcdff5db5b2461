import OpenAIAPI

/// One schema of two that must both hold.
enum SchemaMerging {
  static func merge(_ one: JSONObject, _ other: JSONObject, at path: String) throws(SchemaError) -> JSONObject
  {
    try checkClosed(one, other, at: path)
    try checkClosed(other, one, at: path)
    try checkPrefix(one, other, at: path)
    try checkPrefix(other, one, at: path)
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
        all[name] = mine == theirs ? mine : both(mine, theirs)
      }
      return .object(all)
    case ("required", .array(let first), .array(let second)): return .array(first + second.without(first))
    case ("enum", .array(let first), .array(let second)): return .array(first.without(first.without(second)))
    case ("type", _, _):
      let types = common(try JSONType.all(in: first, at: path), try JSONType.all(in: second, at: path))
      return .array(types.map { .string($0.rawValue) })
    case ("items", _, _), ("additionalProperties", _, _): return both(first, second)
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

  /// A schema for what both hold for; many that are merged one by one stay one list, as each level recurses.
  private static func both(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
    guard case .object(let object) = first, object.names == ["allOf"],
      case .array(let parts) = object["allOf"]
    else { return .object(["allOf": [first, second]]) }
    return .object(["allOf": .array(parts + [second])])
  }

  /// The narrower types: integers are numbers too.
  private static func common(_ first: [JSONType], _ second: [JSONType]) -> [JSONType] {
    JSONType.allCases.filter { type in
      first.contains { $0.includes(type) } && second.contains { $0.includes(type) }
        && (first.contains(type) || second.contains(type))
    }
  }

  /// A schema that admits no other properties than its own, or only some, does not see those of another.
  private static func checkClosed(_ closed: JSONObject, _ other: JSONObject, at path: String)
    throws(SchemaError)
  {
    guard let rule = closed["additionalProperties"], rule != .boolean(true),
      case .object(let added) = other["properties"]
    else { return }
    var own = JSONObject()
    if case .object(let properties) = closed["properties"] { own = properties }
    guard let name = added.names.first(where: { own[$0] == nil }) else { return }
    throw SchemaError(
      path,
      "one part's 'additionalProperties' speaks of '\(name.shown)', which is a property of another; say it once, around all"
    )
  }

  /// Elements that one part has a place for are not told from further ones by another part's `items`.
  private static func checkPrefix(
    _ plain: JSONObject, _ placed: JSONObject, at path: String
  ) throws(SchemaError) {
    guard let items = plain["items"], items != .boolean(true), plain["prefixItems"] == nil,
      placed["prefixItems"] != nil
    else { return }
    throw SchemaError(
      path, "one part's 'items' speaks of elements that are in another's 'prefixItems'; say both in one part")
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
