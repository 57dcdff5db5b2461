/// A stretch of a text, and whether control tokens' texts in it are those tokens.
package struct TextPart: Equatable, Sendable {
  package var text: String
  package var parsesSpecial: Bool

  package init(text: String, parsesSpecial: Bool) {
    self.text = text
    self.parsesSpecial = parsesSpecial
  }
}

/// Goes through a text from one literal token to the next.
struct LiteralWalk {
  /// Where each part of the text ends, and whether control tokens are found in it.
  var parts: [(end: Int, parsesSpecial: Bool)] = []
  /// Where the plain text behind the last literal begins.
  private(set) var plainStart = 0
  private var part = 0
  private var index = 0

  /// The next literal, with the plain text before it; white space that it swallows is in neither.
  mutating func next(in bytes: [UInt8], _ literals: LiteralTokens) -> (before: Range<Int>, token: Int32)? {
    while index < bytes.count {
      while parts[part].end <= index { part += 1 }
      let specialEnd = parts[part].parsesSpecial ? parts[part].end : index
      guard let literal = literals.match(bytes, at: index, specialEnd: specialEnd) else {
        index += 1
        continue
      }
      defer {
        index = literals.endWithSpace(bytes, literal)
        plainStart = index
      }
      return (plainStart..<index, literal.token)
    }
    return nil
  }
}
