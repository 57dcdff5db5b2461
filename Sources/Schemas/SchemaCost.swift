import Grammars
import OpenAIAPI

/// Counts what a schema costs while it becomes a grammar.
///
/// It is one count for all: parts of the schema and of its rules, characters of names, values and patterns, and what is looked at or
/// compared where schemas are merged. A small schema can come to any of these through references and lists of parts.
struct SchemaCost {
  private(set) var ofGrammar = GrammarCost()

  /// Counts parts, which are to be made next.
  mutating func add(parts: Int, at path: String) throws(SchemaError) {
    try count(at: path) { cost throws(GrammarError) in try cost.add(parts: parts) }
  }

  /// Counts a value of which each byte may be looked at.
  mutating func add(looksAt value: JSONValue, at path: String) throws(SchemaError) {
    try add(looks: value.size, at: path)
  }

  mutating func add(looks: Int, at path: String) throws(SchemaError) {
    try count(at: path) { cost throws(GrammarError) in try cost.add(looks: looks) }
  }

  /// Counts what `body` does; its errors are of the part at `path`.
  mutating func count<Result>(
    at path: String, _ body: (inout GrammarCost) throws(GrammarError) -> Result
  ) throws(SchemaError) -> Result {
    do throws(GrammarError) { return try body(&ofGrammar) } catch {
      guard error == GrammarCost.exceeded else { throw SchemaError(path, error.description) }
      throw SchemaError(
        path,
        "the schema comes to more than \(GrammarCost.partLimit) parts, characters of names, values and patterns counted; "
          + "make it smaller")
    }
  }
}

extension Expression {
  /// Expressions that this one is made of, itself included.
  var size: Int {
    switch self {
    case .bytes, .rule: 1
    case .sequence(let parts), .choice(let parts): parts.reduce(1) { $0 + $1.size }
    case .repeated(let part, _, _): 1 + part.size
    }
  }
}

extension JSONValue {
  /// About how many bytes its text has.
  var size: Int {
    switch self {
    case .null, .boolean, .integer, .number: 1
    case .string(let text): 1 + text.utf8.count
    case .array(let elements): elements.reduce(1) { $0 + $1.size }
    case .object(let object): object.names.reduce(1) { $0 + $1.utf8.count + (object[$1]?.size ?? 0) }
    case .encoded(let bytes): bytes.count
    }
  }
}
