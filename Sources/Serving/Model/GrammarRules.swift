import Grammars
import OpenAIAPI
import Schemas

/// What a constraint means in rules.
enum GrammarRules {
  /// Bytes of all texts of a choice.
  private static let choiceLimit = 1 << 16

  static func rules(of constraint: TextConstraint) throws(APIError) -> Grammar {
    if case .schema(let schema) = constraint.kind { return try rules(of: schema, constraint) }
    do throws(GrammarError) {
      switch constraint.kind {
      case .anyObject, .schema: return SchemaGrammar.anyObject
      case .grammar(let text): return try GBNFParser.parse(text)
      case .pattern(let text):
        var cost = GrammarCost()
        let pattern = try PatternParser.parse(text, wholeText: true, &cost)
        return Grammar(try pattern.expression { set throws(GrammarError) in try set.utf8(&cost) })
      case .choice(let texts):
        guard texts.reduce(0, { $0 + $1.utf8.count }) <= choiceLimit else {
          throw .tooLarge("bytes", limit: choiceLimit)
        }
        return Grammar(.oneOf(texts.map { Array($0.utf8) }))
      }
    } catch {
      throw APIError(error, in: constraint)
    }
  }

  private static func rules(of schema: JSONValue, _ constraint: TextConstraint) throws(APIError) -> Grammar {
    do throws(SchemaError) { return try SchemaGrammar.grammar(of: schema) } catch {
      let separator = error.path.isEmpty || error.path.hasPrefix("[") ? "" : "."
      throw .invalidRequest(
        error.description, param: constraint.param + separator + error.path, code: "invalid_value")
    }
  }
}

extension APIError {
  /// What is wrong with the grammar that a constraint comes to.
  init(_ error: GrammarError, in constraint: TextConstraint) {
    self = .invalidRequest(
      "'\(constraint.param)': \(error.description)", param: constraint.param, code: "invalid_value")
  }
}
