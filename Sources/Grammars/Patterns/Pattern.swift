/// A regular expression over Unicode scalars.
package indirect enum Pattern: Sendable, Equatable {
  case scalar(ScalarSet)
  case sequence([Pattern])
  case choice([Pattern])
  case repeated(Pattern, least: Int, most: Int?)

  /// The same in bytes, where `encode` says how a scalar of a set is written.
  package func expression(_ encode: (ScalarSet) -> Expression) -> Expression {
    switch self {
    case .scalar(let set): encode(set)
    case .sequence(let parts): .sequence(parts.map { $0.expression(encode) })
    case .choice(let parts): .choice(parts.map { $0.expression(encode) })
    case .repeated(let part, let least, let most):
      .repeated(part.expression(encode), least: least, most: most)
    }
  }
}
