/// Rules by their names, which may be used before they are defined.
struct RuleTable {
  private var numbers: [String: Int] = [:]
  private var names: [String] = []
  private var expressions: [Expression?] = []

  mutating func number(of name: String) -> Int {
    if let number = numbers[name] { return number }
    numbers[name] = names.count
    names.append(name)
    expressions.append(nil)
    return names.count - 1
  }

  mutating func define(_ name: String, _ expression: Expression) throws(GrammarError) {
    let number = number(of: name)
    guard expressions[number] == nil else { throw .duplicateRule(name) }
    expressions[number] = expression
  }

  func grammar(root: String) throws(GrammarError) -> Grammar {
    guard let number = numbers[root] else { throw .unknownRule(root) }
    var rules: [Grammar.Rule] = []
    for (name, expression) in zip(names, expressions) {
      guard let expression else { throw .unknownRule(name) }
      rules.append(Grammar.Rule(name: name, expression: expression))
    }
    return Grammar(rules: rules, root: number)
  }
}
