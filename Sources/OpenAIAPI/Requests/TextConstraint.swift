/// What an answer's text has to be, in one of the ways of OpenAI, llama-server and vLLM to say it.
package struct TextConstraint: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    case anyObject
    case schema(JSONValue)
    /// In GBNF.
    case grammar(String)
    /// A regular expression of the whole text.
    case pattern(String)
    case choice([String])
  }

  package let kind: Kind
  /// The field that said it, as errors name it.
  package let param: String

  /// Reads the field that constrains the text; nil if none does.
  static func read(_ fields: inout FieldReader) throws(APIError) -> TextConstraint? {
    var found: [TextConstraint] = []
    if let constraint = try responseFormat(&fields) { found.append(constraint) }
    if let grammar = try fields.string("grammar"), !grammar.isEmpty {
      found.append(TextConstraint(kind: .grammar(grammar), param: fields.path("grammar")))
    }
    if let schema = fields.value("json_schema") {
      found.append(TextConstraint(kind: .schema(schema), param: fields.path("json_schema")))
    }
    found += try guides(&fields, prefix: "guided_")
    if let object = try fields.object("structured_outputs") {
      var reader = FieldReader(object, prefix: fields.path("structured_outputs") + ".")
      if try reader.boolean("json_object") == true {
        found.append(TextConstraint(kind: .anyObject, param: reader.path("json_object")))
      }
      found += try guides(&reader, prefix: "")
      try refuseUnread(reader, known: "json, regex, choice, grammar, json_object")
    }
    guard found.count < 2 else {
      throw .invalidRequest(
        "'\(found[0].param)' and '\(found[1].param)' both say what the text has to be; send one",
        param: found[1].param, code: "invalid_value")
    }
    return found.first
  }

  /// vLLM's ways.
  private static func guides(_ fields: inout FieldReader, prefix: String) throws(APIError) -> [TextConstraint]
  {
    var found: [TextConstraint] = []
    if let schema = fields.value(prefix + "json") {
      let path = fields.path(prefix + "json")
      found.append(TextConstraint(kind: .schema(try parsed(schema, path)), param: path))
    }
    if let pattern = try fields.string(prefix + "regex") {
      found.append(TextConstraint(kind: .pattern(pattern), param: fields.path(prefix + "regex")))
    }
    if let grammar = try fields.string(prefix + "grammar") {
      found.append(TextConstraint(kind: .grammar(grammar), param: fields.path(prefix + "grammar")))
    }
    if let value = fields.value(prefix + "choice") {
      let path = fields.path(prefix + "choice")
      found.append(TextConstraint(kind: .choice(try texts(value, path)), param: path))
    }
    return found
  }

  private static func responseFormat(_ fields: inout FieldReader) throws(APIError) -> TextConstraint? {
    guard let object = try fields.object("response_format") else { return nil }
    var reader = FieldReader(object, prefix: fields.path("response_format") + ".")
    guard let type = try reader.string("type") else { throw .missing(reader.path("type")) }
    switch type {
    case "text":
      try refuseUnread(reader, known: "type")
      return nil
    case "json_object":
      let schema = reader.value("schema")
      try refuseUnread(reader, known: "type, schema")
      return TextConstraint(
        kind: schema.map(Kind.schema) ?? .anyObject, param: reader.path(schema == nil ? "type" : "schema"))
    case "json_schema":
      guard let format = try reader.object("json_schema") else { throw .missing(reader.path("json_schema")) }
      try refuseUnread(reader, known: "type, json_schema")
      return try schemaFormat(FieldReader(format, prefix: reader.path("json_schema") + "."))
    default:
      throw .outOfRange(reader.path("type"), .string(type), "text, json_object or json_schema")
    }
  }

  /// Name and description say nothing of the text; every schema is kept to, so `strict` makes no difference.
  private static func schemaFormat(_ fields: FieldReader) throws(APIError) -> TextConstraint {
    var fields = fields
    _ = try fields.string("name")
    _ = try fields.string("description")
    _ = try fields.boolean("strict")
    guard let schema = fields.value("schema") else { throw .missing(fields.path("schema")) }
    try refuseUnread(fields, known: "name, description, schema, strict")
    return TextConstraint(kind: .schema(schema), param: fields.path("schema"))
  }

  private static func refuseUnread(_ fields: FieldReader, known: String) throws(APIError) {
    guard let unknown = fields.unread.first else { return }
    throw .invalidRequest(
      "'\(unknown)' is unknown; known: \(known)", param: unknown, code: "unknown_parameter")
  }

  /// A schema, or its text.
  private static func parsed(_ value: JSONValue, _ path: String) throws(APIError) -> JSONValue {
    guard case .string(let text) = value else { return value }
    do { return try JSONParser.parse(Array(text.utf8)) } catch {
      throw .invalidRequest(
        "'\(path)' is not valid JSON: \(error.description)", param: path, code: "invalid_value")
    }
  }

  private static func texts(_ value: JSONValue, _ path: String) throws(APIError) -> [String] {
    guard case .array(let elements) = value else { throw .wrongType(path, "an array of strings", value) }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element else { throw .wrongType(path, "an array of strings", element) }
      texts.append(text)
    }
    guard !texts.isEmpty else { throw .outOfRange(path, value, "at least one string") }
    return texts
  }
}
