/// Why a grammar cannot be had.
package enum GrammarError: Error, Equatable, CustomStringConvertible {
  /// In a grammar's text, at a line that counts from 1.
  case syntax(line: Int, found: String, expected: String)
  case unknownRule(String)
  case duplicateRule(String)
  /// A rule can come to itself before it takes a byte.
  case leftRecursion(String)
  /// No text matches in finitely many steps.
  case unmatchable(String)
  case tooLarge(String, limit: Int)
  /// A regular expression, at an offset in scalars.
  case pattern(offset: Int, found: String, expected: String)

  package var description: String {
    switch self {
    case .syntax(let line, let found, let expected): "line \(line) has \(found) where \(expected) is expected"
    case .unknownRule(let name): "there is no rule '\(Self.shown(name))'"
    case .duplicateRule(let name): "there are two rules '\(Self.shown(name))'"
    case .leftRecursion(let name):
      "the rule '\(Self.shown(name))' comes to itself before it takes a character; put something before the reference"
    case .unmatchable(let name):
      "no text matches '\(Self.shown(name))': each way through it is without end, too deep, or empty of choices"
    case .tooLarge(let what, let limit):
      "it has more than \(limit) \(what); make it smaller, above all its repetitions"
    case .pattern(let offset, let found, let expected):
      "the pattern has \(found) at \(offset) where \(expected) is expected"
    }
  }

  /// As much of a rule's name as is told: it may be as long as its grammar.
  private static func shown(_ name: String) -> String { String(name.unicodeScalars.prefix(80)) }
}
