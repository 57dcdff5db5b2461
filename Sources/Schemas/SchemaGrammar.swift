package import Grammars
package import OpenAIAPI

/// JSON texts of a schema as a grammar.
///
/// Every text of the grammar is valid by the schema. Not every valid text is in it: members come in the order of the schema, numbers
/// and space are bounded, and an object that names its properties has no others unless `additionalProperties` says so.
package enum SchemaGrammar {
  /// The grammar of a schema (JSON Schema 2020-12, and the names that older drafts have for the same).
  ///
  /// Throws `SchemaError` for what is no schema, or cannot be kept to; such a keyword is never passed over.
  package static func grammar(of schema: JSONValue) throws(SchemaError) -> Grammar {
    var compiler = SchemaCompiler()
    let start = try compiler.expression(ofDocument: schema)
    return compiler.rules.grammar(start)
  }

  /// The grammar of all JSON objects.
  package static let anyObject: Grammar = {
    var rules = JSONRules()
    // Before the call, which would take the rules as they were before there is one for an object.
    let start = rules.anyObject
    return rules.grammar(start)
  }()
}
