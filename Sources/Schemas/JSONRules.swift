import Grammars

/// Rules for the parts of JSON that schemas have in common; each is made when it is first asked for.
struct JSONRules {
  private var rules: [Grammar.Rule] = []
  private var shared: [String: Int] = [:]

  /// A rule of its own for an expression that stands in several places, or where expressions would be nested deeply.
  mutating func add(_ name: String, _ expression: Expression) -> Expression {
    rules.append(Grammar.Rule(name: name, expression: expression))
    return .rule(rules.count - 1)
  }

  /// A rule to be defined later, as what refers to itself needs it.
  mutating func reserve(_ name: String) -> Int {
    rules.append(Grammar.Rule(name: name, expression: .choice([])))
    return rules.count - 1
  }

  mutating func define(_ rule: Int, _ expression: Expression) { rules[rule].expression = expression }

  /// The rules with one more that matches whole texts.
  func grammar(_ start: Expression) -> Grammar {
    Grammar(rules: rules + [Grammar.Rule(name: "schema", expression: start)], root: rules.count)
  }

  private mutating func rule(
    _ name: String, _ make: (inout JSONRules) -> Expression
  ) -> Expression {
    if let rule = shared[name] { return .rule(rule) }
    let rule = reserve(name)
    shared[name] = rule
    define(rule, make(&self))
    return .rule(rule)
  }

  /// Space between parts: none, one, or a new line with its indentation, so that no text is blank without end.
  mutating func space() -> Expression {
    rule("space") { _ in
      let indentation = Expression.repeated(.bytes(ByteSet(UInt8(ascii: " "))), least: 0, most: 20)
      return .choice([.empty, .text(" "), .sequence([.text("\n"), indentation])])
    }
  }

  /// One character within a string's quotes: as it is or escaped; surrogates in pairs alone.
  mutating func character() -> Expression {
    rule("character") { _ in .choice([JSONText.plain.utf8, JSONText.anyEscape]) }
  }

  /// Any number of characters, none of them escaped.
  mutating func plainText() -> Expression {
    rule("plain text") { _ in .repeated(JSONText.plain.utf8, least: 0, most: nil) }
  }

  mutating func string() -> Expression {
    rule("string") { rules in quoted(.repeated(rules.character(), least: 0, most: nil)) }
  }

  mutating func anyNumber() -> Expression {
    rule("number") { _ in Decimals.any }
  }

  mutating func anyValue() -> Expression {
    rule("value") { rules in
      .choice([
        rules.anyObject, rules.anyArray, rules.string(), rules.anyNumber(),
        .oneOf(["true", "false", "null"].map { Array($0.utf8) }),
      ])
    }
  }

  var anyArray: Expression {
    mutating get {
      rule("array") { rules in
        let next = Expression.sequence([.text(","), rules.space(), rules.anyValue()])
        return rules.bracketed(
          "[", .sequence([rules.anyValue(), .repeated(next, least: 0, most: nil)]), "]", canBeEmpty: true)
      }
    }
  }

  var anyObject: Expression {
    mutating get {
      rule("object") { rules in
        let member = rules.add("member", rules.member(rules.string(), rules.anyValue()))
        let next = Expression.sequence([.text(","), rules.space(), member])
        return rules.bracketed(
          "{", .sequence([member, .repeated(next, least: 0, most: nil)]), "}", canBeEmpty: true)
      }
    }
  }

  /// What stands between brackets, with space on both sides.
  mutating func bracketed(
    _ open: String, _ contents: Expression?, _ close: String, canBeEmpty: Bool
  ) -> Expression {
    let inner = contents.map { Expression.sequence([$0, space()]) }
    let optional = inner.map { canBeEmpty ? Expression.optional($0) : $0 }
    return .sequence([.text(open), space()] + (optional.map { [$0] } ?? []) + [.text(close)])
  }

  /// A member: `key` with its quotes, and a value.
  mutating func member(_ key: Expression, _ value: Expression) -> Expression {
    .sequence([key, .text(":"), space(), value])
  }

  mutating func next(_ part: Expression) -> Expression { .sequence([.text(","), space(), part]) }
}

/// An expression between quotes.
func quoted(_ expression: Expression) -> Expression { .sequence([.text("\""), expression, .text("\"")]) }
