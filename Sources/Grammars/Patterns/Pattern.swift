/// A regular expression over Unicode scalars.
package indirect enum Pattern: Sendable, Equatable {
  case scalar(ScalarSet)
  case sequence([Pattern])
  case choice([Pattern])
  case repeated(Pattern, least: Int, most: Int?)

  /// The same in bytes, where `encode` says how a scalar of a set is written.
  package func expression(
    _ encode: (ScalarSet) throws(GrammarError) -> Expression
  ) throws(GrammarError) -> Expression {
    switch self {
    case .scalar(let set): try encode(set)
    case .sequence(let parts): .sequence(try Self.expressions(parts, encode))
    case .choice(let parts): .choice(try Self.expressions(parts, encode))
    case .repeated(let part, let least, let most):
      .repeated(try part.expression(encode), least: least, most: most)
    }
  }

  private static func expressions(
    _ parts: [Pattern], _ encode: (ScalarSet) throws(GrammarError) -> Expression
  ) throws(GrammarError) -> [Expression] {
    var expressions: [Expression] = []
    for part in parts { expressions.append(try part.expression(encode)) }
    return expressions
  }
}
