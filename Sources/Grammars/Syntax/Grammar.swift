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
}
