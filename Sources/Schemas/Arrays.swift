import Grammars
import OpenAIAPI

extension SchemaCompiler {
  /// Elements one by one as `prefixItems` says, then as `items` says, as many as there may be.
  mutating func array(_ schema: JSONObject, at path: String) throws(SchemaError) -> Expression {
    let least = try schema.count("minItems", at: path) ?? 0
    let most = try schema.count("maxItems", at: path)
    if let most, most < least { return .choice([]) }
    let prefix = try prefix(of: schema, at: path)
    let others = try others(of: schema, at: path)
    guard most != 0 else { return rules.bracketed("[", nil, "]", canBeEmpty: true) }

    // From the end: what may come once so many elements are there.
    var tail = Expression.empty
    if let others {
      let done = max(prefix.count, 1)
      tail = .repeated(rules.next(others), least: max(0, least - done), most: most.map { max(0, $0 - done) })
    } else if least > prefix.count {
      return .choice([])
    }
    for index in prefix.indices.reversed() where index > 0 {
      guard most.map({ index < $0 }) ?? true else {
        tail = .empty
        continue
      }
      let part = Expression.sequence([rules.next(prefix[index]), tail])
      tail = rules.add("items", index < least ? part : .optional(part))
    }
    guard let first = prefix.first ?? others else { return rules.bracketed("[", nil, "]", canBeEmpty: true) }
    return rules.bracketed("[", .sequence([first, tail]), "]", canBeEmpty: least == 0)
  }

  /// Parts of the rules for an element that the schema has a place for, beside its own.
  private static let elementParts = 16

  /// The rules of the first elements; older drafts have them as a list in `items`.
  private mutating func prefix(of schema: JSONObject, at path: String) throws(SchemaError) -> [Expression] {
    var name = "prefixItems"
    if schema[name] == nil, case .array? = schema["items"] { name = "items" }
    guard let schemas = try schema.schemas(name, at: path) else { return [] }
    var expressions: [Expression] = []
    for (index, schema) in schemas.enumerated() {
      let path = path.member(name).element(index)
      try cost.add(parts: Self.elementParts, at: path)
      expressions.append(rules.add(name, try expression(of: schema, at: path)))
    }
    return expressions
  }

  /// The rule of all further elements; nil if there may be none.
  ///
  /// After named ones there are none unless the schema says so.
  private mutating func others(of schema: JSONObject, at path: String) throws(SchemaError) -> Expression? {
    let isOldList = if case .array? = schema["items"] { true } else { false }
    let name = isOldList ? "additionalItems" : "items"
    let isNamed = isOldList || schema["prefixItems"] != nil
    let others = schema[name] ?? .boolean(!isNamed)
    guard others != .boolean(false) else { return nil }
    let path = path.member(name)
    return rules.add(name, try expression(of: others, at: path))
  }
}
