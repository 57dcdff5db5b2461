import OpenAIAPI

/// Whether no value is valid by two branches of a `oneOf`: then it is to be kept to as `anyOf` is.
struct Disjointness {
  let document: JSONValue

  /// References that are followed on the way to a branch.
  private static let followLimit = 16
  /// Branches, and pairs of values of two, that are compared.
  private static let branchLimit = 128
  private static let pairLimit = 10_000

  /// Refuses branches that are not seen to exclude each other.
  func check(_ branches: [JSONValue], at path: String) throws(SchemaError) {
    guard branches.count <= Self.branchLimit else {
      throw SchemaError(
        path, "'oneOf' has \(branches.count) branches, at most \(Self.branchLimit) are compared; use 'anyOf'")
    }
    var open: [JSONObject?] = []
    for branch in branches { open.append(try followed(branch, at: path)) }
    for first in open.indices {
      for second in open.indices.dropFirst(first + 1) where !areDisjoint(open[first], open[second]) {
        throw SchemaError(
          path,
          "branches \(first) and \(second) may both hold, which 'oneOf' excludes; give them different types or a required "
            + "property with different constants, or use 'anyOf'")
      }
    }
  }

  /// A branch behind its references; nil for what cannot be told.
  private func followed(_ schema: JSONValue, at path: String) throws(SchemaError) -> JSONObject? {
    var schema = schema
    for _ in 0..<Self.followLimit {
      guard case .object(let object) = schema else { return nil }
      guard let reference = object["$ref"] else { return object }
      schema = try References(document: document).resolve(reference, at: path).target
    }
    return nil
  }

  private func areDisjoint(_ first: JSONObject?, _ second: JSONObject?) -> Bool {
    guard let first, let second else { return false }
    let (values, others) = (first.listedValues, second.listedValues)
    if let values, let others {
      guard values.count * others.count <= Self.pairLimit else { return false }
      return !values.contains { value in others.contains { $0.isEqual(to: value) } }
    }
    let (types, otherTypes) = (first.possibleTypes, second.possibleTypes)
    if !types.contains(where: { type in otherTypes.contains { $0.includes(type) || type.includes($0) } }) {
      return true
    }
    guard types == [.object], otherTypes == [.object], case .object(let properties) = first["properties"],
      case .object(let otherProperties) = second["properties"]
    else { return false }
    return first.requiredNames.contains { name in
      guard second.requiredNames.contains(name), case .object(let mine) = properties[name],
        case .object(let theirs) = otherProperties[name], mine.listedValues != nil, theirs.listedValues != nil
      else { return false }
      return areDisjoint(mine, theirs)
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

  fileprivate var requiredNames: [String] {
    guard case .array(let names) = self["required"] else { return [] }
    return names.compactMap { if case .string(let name) = $0 { name } else { nil } }
  }
}

extension JSONValue {
  /// Equal as JSON Schema has it: 1 and 1.0 are.
  fileprivate func isEqual(to other: JSONValue) -> Bool {
    if let amount, let other = other.amount { return amount == other }
    return self == other
  }
}
