/// A statement and the line in which it begins.
struct Statement: Sendable {
  let line: Int
  let kind: Kind

  indirect enum Kind: Sendable {
    case text(String)
    case output(Expression)
    case conditional(branches: [Branch], otherwise: [Statement])
    case loop(Loop)
    case assign(Target, Expression)
    case capture(Target, filters: [Suffix], body: [Statement])
    case filter([Suffix], body: [Statement])
    case macro(Macro)
    /// Marks the assistant's tokens for training; it prints its body, whose variables are its own.
    case generation([Statement])
    case breakLoop
    case continueLoop
  }

  struct Branch: Sendable {
    let condition: Expression
    let body: [Statement]
  }

  struct Loop: Sendable {
    let names: [String]
    let sequence: Expression
    let condition: Expression?
    let body: [Statement]
    let otherwise: [Statement]
  }
}

/// What `set` assigns to: names, or one attribute of a namespace.
enum Target: Sendable {
  case names([String])
  case attribute(namespace: String, String)
}

struct Macro: Sendable {
  let name: String
  let parameters: [(name: String, standard: Expression?)]
  let body: [Statement]
}

/// An expression.
///
/// Chains of equal precedence are arrays, not nested pairs: so the tree is as deep as the text nests, and
/// `a + b + c + ...` of any length needs no stack.
indirect enum Expression: Sendable {
  case literal(TemplateValue)
  case name(String)
  case list([Expression])
  case mapping([(key: Expression, value: Expression)])
  case postfix(Expression, [Suffix])
  case negate(Expression)
  case not(Expression)
  case arithmetic(Expression, [(operation: ArithmeticOperator, operand: Expression)])
  case comparison(Expression, [(operation: ComparisonOperator, operand: Expression)])
  case concatenation([Expression])
  case any([Expression])
  case all([Expression])
  case conditional(condition: Expression, then: Expression, otherwise: Expression?)
}

/// What follows a value: `.name`, `[index]`, `(call)`, `|filter`, `is test`.
enum Suffix: Sendable {
  case attribute(String)
  case element(Expression)
  case slice(start: Expression?, stop: Expression?, step: Expression?)
  case call(Arguments)
  case method(String, Arguments)
  case filter(String, Arguments)
  case test(String, Arguments, negated: Bool)
}

struct Arguments: Sendable {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []
}

enum ArithmeticOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case remainder = "%"
  case power = "**"
}

enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}
