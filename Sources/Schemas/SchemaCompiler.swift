import Grammars
import OpenAIAPI

/// Makes rules of a schema, part by part.
struct SchemaCompiler {
  /// What references point into.
  private var document = JSONValue.null
  var rules = JSONRules()
  /// The rules of what references point at.
  private var referenced: [String: Int] = [:]
  var cost = SchemaCost()
  private var depth = 0

  /// Parts within each other; this recurses.
  private static let depthLimit = 128

  /// What is valid by a schema whose references point into itself.
  ///
  /// Several may share rules and limits.
  mutating func expression(ofDocument schema: JSONValue) throws(SchemaError) -> Expression {
    document = schema
    referenced = [:]
    return try expression(of: schema, at: "")
  }

  /// What is valid by a schema.
  mutating func expression(of schema: JSONValue, at path: String) throws(SchemaError) -> Expression {
    try cost.add(parts: 1, at: path)
    try cost.add(looks: path.utf8.count, at: path)
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else {
      throw SchemaError(
        path, "the schema has more than \(Self.depthLimit) parts within each other; make it flatter")
    }
    switch schema {
    case .boolean(let isAny): return isAny ? rules.anyValue() : .choice([])
    case .object(let object):
      try cost.add(looks: object.names.count, at: path)
      try SchemaKeywords.check(object, at: path)
      return try expression(of: object.assertions, at: path)
    default: throw SchemaError(path, "a schema is an object or a boolean, found \(schema.kind)")
    }
  }

  private mutating func expression(of schema: JSONObject, at path: String) throws(SchemaError) -> Expression {
    if let reference = schema["$ref"] {
      let others = schema.without("$ref")
      guard others.names.isEmpty else {
        return try merged([try target(of: reference, at: path), .object(others)], at: path)
      }
      return try rule(of: reference, at: path)
    }
    if let parts = try schema.schemas("allOf", at: path) {
      return try merged([.object(schema.without("allOf"))] + parts, at: path)
    }
    if let branches = try schema.schemas("anyOf", at: path) {
      return try choice(branches, and: schema.without("anyOf"), at: path.member("anyOf"), exclusive: false)
    }
    if let branches = try schema.schemas("oneOf", at: path) {
      return try choice(branches, and: schema.without("oneOf"), at: path.member("oneOf"), exclusive: true)
    }
    if let values = try schema.values(at: path) {
      let texts = values.map(\.encoded)
      // At most a part for each byte, and for each text a sequence and its place in two choices.
      try cost.add(parts: texts.reduce(0) { $0 + $1.count + 3 }, at: path)
      return .oneOf(texts)
    }
    var choices: [Expression] = []
    for type in try schema.types(at: path) { choices.append(try expression(of: type, schema, at: path)) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func expression(
    of type: JSONType, _ schema: JSONObject, at path: String
  ) throws(SchemaError) -> Expression {
    let texts: Expression
    switch type {
    case .null: texts = .text("null")
    case .boolean: texts = .oneOf(["true", "false"].map { Array($0.utf8) })
    case .integer: texts = try NumberBounds(schema, at: path).integers
    case .number:
      texts = try schema.has(.number) ? NumberBounds(schema, at: path).numbers : rules.anyNumber()
    case .string: return try string(schema, at: path)
    case .array: texts = try array(schema, at: path)
    case .object: texts = try object(schema, at: path)
    }
    // These are small: what is within arrays and objects is in rules of its own, and counted there.
    try cost.add(parts: texts.size, at: path)
    return texts
  }

  private mutating func merged(_ parts: [JSONValue], at path: String) throws(SchemaError) -> Expression {
    var whole = JSONObject()
    for part in parts {
      switch part {
      case .boolean(true): continue
      case .boolean(false): return .choice([])
      case .object(let object):
        try cost.add(looksAt: .object(whole), at: path)
        try cost.add(looksAt: part, at: path)
        try SchemaKeywords.check(object, at: path)
        whole = try SchemaMerging.merge(whole, object.assertions, at: path)
      default: throw SchemaError(path, "a schema is an object or a boolean, found \(part.kind)")
      }
    }
    return try expression(of: .object(whole), at: path)
  }

  private mutating func choice(
    _ branches: [JSONValue], and rest: JSONObject, at path: String, exclusive: Bool
  ) throws(SchemaError) -> Expression {
    if exclusive { try Disjointness(document: document).check(branches, at: path, &cost) }
    var choices: [Expression] = []
    for (index, branch) in branches.enumerated() {
      let path = path.element(index)
      choices.append(
        rest.names.isEmpty
          ? try expression(of: branch, at: path) : try merged([.object(rest), branch], at: path))
    }
    return .choice(choices)
  }

  /// The rule of what a reference points at, made when it is first met: it may lead to itself.
  private mutating func rule(of reference: JSONValue, at path: String) throws(SchemaError) -> Expression {
    let (pointer, target) = try References(document: document).resolve(reference, at: path)
    if let rule = referenced[pointer] { return .rule(rule) }
    // It names a rule, and begins the path of each part of it.
    try cost.add(parts: pointer.utf8.count, at: path)
    let rule = rules.reserve(pointer)
    referenced[pointer] = rule
    rules.define(rule, try expression(of: target, at: pointer))
    return .rule(rule)
  }

  private func target(of reference: JSONValue, at path: String) throws(SchemaError) -> JSONValue {
    try References(document: document).resolve(reference, at: path).target
  }
}
