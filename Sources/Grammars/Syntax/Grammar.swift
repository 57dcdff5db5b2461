/// Rules that refer to each other by their numbers, and the one that matches the whole text.
package struct Grammar: Sendable, Equatable {
  package struct Rule: Sendable, Equatable {
    /// As errors call it.
    package var name: String
    package var expression: Expression

    package init(name: String, expression: Expression) {
      self.name = name
      self.expression = expression
    }
  }

  package var rules: [Rule]
  package var root: Int

  package init(rules: [Rule], root: Int) {
    self.rules = rules
    self.root = root
  }

  /// A grammar of one rule.
  package init(_ expression: Expression) {
    self.init(rules: [Rule(name: "root", expression: expression)], root: 0)
  }

  /// What either of two grammars matches.
  package func or(_ other: Grammar) -> Grammar {
    var all = rules
    for rule in other.rules {
      all.append(Rule(name: rule.name, expression: rule.expression.renumbered(by: rules.count)))
    }
    let either = Expression.choice([.rule(root), .rule(rules.count + other.root)])
    all.append(Rule(name: "root", expression: either))
    return Grammar(rules: all, root: all.count - 1)
  }
}

extension Expression {
  /// The same where rules have numbers that are higher by `offset`.
  fileprivate func renumbered(by offset: Int) -> Expression {
    switch self {
    case .bytes: self
    case .sequence(let parts): .sequence(parts.map { $0.renumbered(by: offset) })
    case .choice(let parts): .choice(parts.map { $0.renumbered(by: offset) })
    case .repeated(let part, let least, let most):
      .repeated(part.renumbered(by: offset), least: least, most: most)
    case .rule(let rule): .rule(rule + offset)
    }
  }
}
