package import Grammars
package import OpenAIAPI

/// Rules of several schemas, for texts that hold JSON of each; what all JSON has in common they share.
package struct SchemaRules {
  private var compiler = SchemaCompiler()

  /// No rules yet.
  package init() {}

  /// Space between parts of JSON: none, one, or a new line with its indentation.
  package var space: Expression {
    mutating get { compiler.rules.space() }
  }

  /// The JSON texts of a schema, as a rule that may stand in several places.
  ///
  /// Throws `SchemaError` for what is no schema, or cannot be kept to.
  package mutating func rule(_ name: String, of schema: JSONValue) throws(SchemaError) -> Expression {
    let texts = try compiler.expression(ofDocument: schema)
    return compiler.rules.add(name, texts)
  }

  /// All rules, and one that matches whole texts.
  package func grammar(_ start: Expression) -> Grammar { compiler.rules.grammar(start) }
}
