import OpenAIAPI

/// The keywords of JSON Schema and what becomes of them.
enum SchemaKeywords {
  /// What says nothing about a value; every name that is not in this file says nothing either.
  static let annotations: Set<String> = [
    "$schema", "$id", "$comment", "$defs", "$anchor", "$vocabulary", "definitions", "title", "description",
    "default", "examples",
    "deprecated", "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema",
  ]

  /// What is kept to, by the type that it speaks of.
  static let byType: [(type: String, names: [String])] = [
    ("object", ["properties", "required", "additionalProperties", "minProperties", "maxProperties"]),
    ("array", ["items", "prefixItems", "additionalItems", "minItems", "maxItems"]),
    ("string", ["pattern", "format", "minLength", "maxLength"]),
    ("number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]),
  ]

  /// What applies to every type.
  static let general: Set<String> = ["type", "enum", "const", "$ref", "allOf", "anyOf", "oneOf"]

  static let enforced: Set<String> = general.union(byType.flatMap(\.names))

  /// What cannot be kept to, but with a value that asks for nothing, or for whole numbers alone.
  static let refused: [String: JSONValue?] = [
    "not": nil, "if": nil, "then": nil, "else": nil, "dependentRequired": nil, "dependentSchemas": nil,
    "dependencies": nil,
    "patternProperties": .object([:]), "propertyNames": nil, "uniqueItems": .boolean(false), "contains": nil,
    "minContains": nil, "maxContains": nil, "multipleOf": .integer(1),
    "unevaluatedProperties": .boolean(true),
    "unevaluatedItems": .boolean(true), "$dynamicRef": nil, "$recursiveRef": nil,
  ]

  /// Refuses what cannot be kept to.
  static func check(_ schema: JSONObject, at path: String) throws(SchemaError) {
    for name in schema.names {
      guard let neutral = refused[name], schema[name] != neutral else { continue }
      throw SchemaError(path.member(name), "'\(name)' cannot be kept to while a text is made; leave it out")
    }
  }
}

extension JSONObject {
  /// Without what says nothing about a value.
  var assertions: JSONObject {
    var kept = JSONObject()
    for name in names where SchemaKeywords.enforced.contains(name) || SchemaKeywords.refused[name] != nil {
      kept[name] = self[name]
    }
    return kept
  }

  func without(_ name: String) -> JSONObject {
    var kept = JSONObject()
    for other in names where other != name { kept[other] = self[other] }
    return kept
  }
}
