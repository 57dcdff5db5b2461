import OpenAIAPI

/// Whether no value is valid by two branches of a `oneOf`: then it is to be kept to as `anyOf` is.
struct Disjointness {
  let document: JSONValue

  /// References that are followed on the way to a branch.
  private static let followLimit = 16
  /// Branches that are compared.
  private static let branchLimit = 128

  /// Refuses branches that are not seen to exclude each other; what is looked at adds to `cost`.
  func check(_ branches: [JSONValue], at path: String, _ cost: inout SchemaCost) throws(SchemaError) {
    guard branches.count <= Self.branchLimit else {
      throw SchemaError(
        path, "'oneOf' has \(branches.count) branches, at most \(Self.branchLimit) are compared; use 'anyOf'")
    }
    var open: [Branch?] = []
    for branch in branches { open.append(try followed(branch, at: path, &cost).map(Branch.init)) }
    for first in open.indices {
      for second in open.indices.dropFirst(first + 1) {
        try cost.add(looks: open[first]?.size ?? 0, at: path)
        guard let one = open[first], let other = open[second], one.excludes(other) else {
          throw SchemaError(
            path,
            "branches \(first) and \(second) may both hold, which 'oneOf' excludes; give them different types or a required "
              + "property with different constants, or use 'anyOf'")
        }
      }
    }
  }

  /// A branch behind its references; nil for what cannot be told.
  private func followed(
    _ schema: JSONValue, at path: String, _ cost: inout SchemaCost
  ) throws(SchemaError) -> JSONObject? {
    var schema = schema
    for _ in 0..<Self.followLimit {
      try cost.add(looksAt: schema, at: path)
      guard case .object(let object) = schema else { return nil }
      guard let reference = object["$ref"] else { return object }
      schema = try References(document: document).resolve(reference, at: path).target
    }
    return nil
  }
}

/// What of a branch may tell it from others.
private struct Branch {
  /// What `enum` or `const` lists.
  let values: Set<ListedValue>?
  let types: [JSONType]
  /// What is listed for properties that are required, where the branch is of objects alone.
  let constants: [[UInt8]: Set<ListedValue>]

  init(_ schema: JSONObject) {
    values = schema.listedValues.map { Set($0.map(ListedValue.init)) }
    types = schema.possibleTypes
    constants = types == [.object] && values == nil ? schema.requiredConstants : [:]
  }

  /// How much is compared with another branch.
  var size: Int { constants.values.reduce(values?.count ?? 1) { $0 + 1 + $1.count } }

  func excludes(_ other: Branch) -> Bool {
    if let values, let others = other.values { return values.isDisjoint(with: others) }
    if !types.contains(where: { type in other.types.contains { $0.includes(type) || type.includes($0) } }) {
      return true
    }
    return constants.contains { name, mine in other.constants[name].map { mine.isDisjoint(with: $0) } ?? false
    }
  }
}

/// A listed value, equal to others as JSON Schema has it: 1 and 1.0 are, and objects whatever the order of their members.
private enum ListedValue: Hashable {
  case amount(Double)
  case text([UInt8])
  case list([ListedValue])
  case members([[UInt8]: ListedValue])

  init(_ value: JSONValue) {
    switch value {
    case .array(let elements): self = .list(elements.map(ListedValue.init))
    case .object(let object):
      var members: [[UInt8]: ListedValue] = [:]
      for name in object.names { members[Array(name.utf8)] = object[name].map(ListedValue.init) }
      self = .members(members)
    default: self = value.amount.map(ListedValue.amount) ?? .text(value.encoded)
    }
  }
}

extension JSONObject {
  /// What `const` or `enum` says.
  fileprivate var listedValues: [JSONValue]? {
    if let constant = self["const"] { return [constant] }
    if case .array(let values) = self["enum"] { return values }
    return nil
  }

  /// The types of valid values, as far as is seen here.
  fileprivate var possibleTypes: [JSONType] {
    if let values = listedValues { return values.compactMap(JSONType.init) }
    guard self["type"] != nil else { return JSONType.allCases }
    return (try? types(at: "")) ?? JSONType.allCases
  }

  /// What is listed for required properties, by the bytes of their names, which JSON tells apart where Swift does not.
  fileprivate var requiredConstants: [[UInt8]: Set<ListedValue>] {
    guard case .array(let names) = self["required"], case .object(let properties) = self["properties"] else {
      return [:]
    }
    var constants: [[UInt8]: Set<ListedValue>] = [:]
    for case .string(let name) in names {
      guard case .object(let property) = properties[name] else { continue }
      constants[Array(name.utf8)] = property.listedValues.map { Set($0.map(ListedValue.init)) }
    }
    return constants
  }
}
