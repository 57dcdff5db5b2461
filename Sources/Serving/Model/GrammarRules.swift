import Grammars
import OpenAIAPI
import Schemas

/// What a constraint means in rules.
enum GrammarRules {
  /// Bytes of all texts of a choice.
  private static let choiceLimit = 1 << 18

  /// Bytes of a choice's texts in memory: one without characters takes some too, and there may be millions.
  static func byteCount(ofChoice texts: [String]) -> Int {
    texts.reduce(0) { $0 + MemoryLayout<String>.stride + $1.utf8.count }
  }

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
        guard byteCount(ofChoice: texts) <= choiceLimit else {
          throw .tooLarge(
            "bytes of texts, \(MemoryLayout<String>.stride) more counted for each", limit: choiceLimit)
        }
        return Grammar(.oneOf(texts.map { Array($0.utf8) }))
      }
    } catch {
      throw APIError(error, in: constraint.param)
    }
  }

  private static func rules(of schema: JSONValue, _ constraint: TextConstraint) throws(APIError) -> Grammar {
    do throws(SchemaError) { return try SchemaGrammar.grammar(of: schema) } catch {
      throw APIError(error, in: constraint.param)
    }
  }
}

extension APIError {
  /// What is wrong with the grammar that a field comes to.
  init(_ error: GrammarError, in param: String) {
    self = .invalidRequest("'\(param)': \(error.description)", param: param, code: "invalid_value")
  }

  /// What of the schema in a field cannot be kept to.
  init(_ error: SchemaError, in param: String) {
    let separator = error.path.isEmpty || error.path.hasPrefix("[") ? "" : "."
    self = .invalidRequest(error.description, param: param + separator + error.path, code: "invalid_value")
  }
}
