import Grammars
import OpenAIAPI

extension SchemaCompiler {
  /// Members in the order of the schema, then others if there may be any.
  mutating func object(_ schema: JSONObject, at path: String) throws(SchemaError) -> Expression {
    let members = try members(of: schema, at: path)
    let others = try otherMember(of: schema, besides: members.map(\.name), at: path)
    let (least, most) = try counts(schema, members, others != nil, at: path)
    if most == 0 {
      return least == 0 ? rules.bracketed("{", nil, "}", canBeEmpty: true) : .choice([])
    }
    guard others != nil || least == 0 else { return .choice([]) }

    // From the end: what may come once a member is there, and before the first.
    var (after, before) = (Expression.empty, Expression.empty)
    var canBeEmpty = true
    if let others {
      after = .repeated(rules.next(others), least: max(0, least - 1), most: most.map { max(0, $0 - 1) })
      before = .sequence([others, after])
      canBeEmpty = least == 0
    }
    var isFirst = others == nil
    for member in members.reversed() {
      let alone = Expression.sequence([member.expression, after])
      let next = Expression.sequence([rules.next(member.expression), after])
      if member.isRequired {
        (before, canBeEmpty) = (alone, false)
        after = rules.add(member.name, next)
      } else {
        before = isFirst ? alone : rules.add(member.name, .choice([alone, before]))
        after = rules.add(member.name, .choice([next, after]))
      }
      isFirst = false
    }
    return rules.bracketed("{", isFirst ? nil : before, "}", canBeEmpty: canBeEmpty)
  }

  /// Any of them may come next, so each place is as many.
  private static let memberLimit = 1000
  /// Parts of the rules for a member, beside its name and its value.
  private static let memberParts = 32

  private struct Member {
    let name: String
    let expression: Expression
    let isRequired: Bool
  }

  /// What `properties` names, then what only `required` does.
  private mutating func members(of schema: JSONObject, at path: String) throws(SchemaError) -> [Member] {
    var properties = JSONObject()
    if let named = schema["properties"] {
      guard case .object(let object) = named else {
        throw SchemaError(path.member("properties"), "'properties' is an object of schemas")
      }
      properties = object
    }
    let required = try requiredNames(schema, at: path)
    for name in required where properties[name] == nil {
      properties[name] = schema["additionalProperties"] ?? .boolean(true)
    }
    guard properties.names.count <= Self.memberLimit else {
      throw SchemaError(
        path.member("properties"),
        "an object has at most \(Self.memberLimit) properties here, found \(properties.names.count)")
    }
    let isRequired = Set(required)
    var members: [Member] = []
    for name in properties.names {
      guard let value = properties[name] else { continue }
      let path = path.member("properties").member(name)
      let text = JSONValue.string(name).encoded
      try cost.add(parts: text.count + Self.memberParts, at: path)
      let key = Expression.text(String(decoding: text, as: UTF8.self))
      let expression = rules.member(key, try expression(of: value, at: path))
      members.append(
        Member(name: name, expression: rules.add(name, expression), isRequired: isRequired.contains(name)))
    }
    return members
  }

  private func requiredNames(_ schema: JSONObject, at path: String) throws(SchemaError) -> [String] {
    guard let value = schema["required"] else { return [] }
    var names: [String] = []
    guard case .array(let list) = value else {
      throw SchemaError(path.member("required"), "'required' is a list of names")
    }
    for element in list {
      guard case .string(let name) = element else {
        throw SchemaError(path.member("required"), "'required' is a list of names")
      }
      names.append(name)
    }
    return names
  }

  /// A member that the schema does not name; nil if there may be none.
  ///
  /// A schema that names properties and says nothing of others means no others: models would go on and on.
  private mutating func otherMember(
    of schema: JSONObject, besides names: [String], at path: String
  ) throws(SchemaError) -> Expression? {
    let rule = schema["additionalProperties"] ?? .boolean(schema["properties"] == nil && names.isEmpty)
    guard rule != .boolean(false) else { return nil }
    let path = path.member("additionalProperties")
    let value = try expression(of: rule, at: path)
    try cost.add(parts: Self.memberParts, at: path)
    let key = try names.isEmpty ? rules.string() : otherName(than: names, at: path)
    return rules.add("additionalProperties", rules.member(key, value))
  }

  private mutating func otherName(than names: [String], at path: String) throws(SchemaError) -> Expression {
    let anything = rules.plainText()
    return quoted(try OtherNames.expression(besides: names, anything: anything, at: path, &cost))
  }

  /// How many members there may be, where only the members without names can be counted.
  private func counts(
    _ schema: JSONObject, _ members: [Member], _ hasOthers: Bool, at path: String
  ) throws(SchemaError) -> (least: Int, most: Int?) {
    let least = try schema.count("minProperties", at: path) ?? 0
    let most = try schema.count("maxProperties", at: path)
    if members.isEmpty {
      guard least <= 1 else {
        throw SchemaError(
          path.member("minProperties"),
          "'minProperties' above 1 cannot be kept to, as a name may come twice; leave it out")
      }
      return (least, most)
    }
    let required = members.count { $0.isRequired }
    guard least <= required else {
      throw SchemaError(
        path.member("minProperties"), "'minProperties' cannot be kept to beside 'properties'; use 'required'")
    }
    guard most.map({ $0 >= members.count && !hasOthers }) ?? true else {
      throw SchemaError(
        path.member("maxProperties"), "'maxProperties' cannot be kept to beside 'properties'; leave it out")
    }
    return (0, nil)
  }
}
