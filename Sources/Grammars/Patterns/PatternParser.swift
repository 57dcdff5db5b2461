/// Reads the regular part of ECMA-262's regular expressions: no back references, no looking around, no word boundaries.
///
/// As JSON Schema has it, a pattern may match anywhere in a text unless `^` and `$` hold it; these may stand at the ends of the pattern and of
/// its alternatives.
package struct PatternParser {
  private var scanner: ScalarScanner
  private var depth = 0
  private var cost: GrammarCost

  /// Groups within each other; the parser recurses.
  private static let depthLimit = 32
  private static let repetitionLimit = 2000

  /// The whole texts in which a pattern matches somewhere, or, with `wholeText`, those that it matches from end to end.
  ///
  /// Each part adds to `cost`. Throws `GrammarError.pattern` for what is wrong, or is not regular.
  package static func parse(
    _ text: String, wholeText: Bool = false, _ cost: inout GrammarCost
  ) throws(GrammarError) -> Pattern {
    var parser = PatternParser(scanner: ScalarScanner(text), cost: cost)
    defer { cost = parser.cost }
    let anything = wholeText ? [] : [Pattern.repeated(.scalar(.all), least: 0, most: nil)]
    var choices: [Pattern] = []
    repeat {
      try parser.cost.add(parts: 3)
      let isHeldBefore = parser.scanner.take("^")
      let part = try parser.sequence()
      let isHeldBehind = parser.scanner.take("$")
      choices.append(.sequence((isHeldBefore ? [] : anything) + [part] + (isHeldBehind ? [] : anything)))
    } while parser.scanner.take("|")
    guard parser.scanner.next == nil else { throw parser.unexpected("'|' or the end") }
    return .choice(choices)
  }

  private mutating func alternatives() throws(GrammarError) -> Pattern {
    var choices = [try sequence()]
    while scanner.take("|") {
      try cost.add()
      choices.append(try sequence())
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws(GrammarError) -> Pattern {
    var parts: [Pattern] = []
    while let scalar = scanner.next, !"|)$^".unicodeScalars.contains(scalar) {
      try cost.add()
      parts.append(try repeated(part()))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func part() throws(GrammarError) -> Pattern {
    switch scanner.next {
    case "(": return try group()
    case "[": return .scalar(try set())
    case ".":
      _ = scanner.advance()
      return .scalar(ScalarSet("\n\r\u{2028}\u{2029}".unicodeScalars).inverted)
    case "*", "+", "?", "{": throw unexpected("something to repeat")
    default: return .scalar(try element().both)
    }
  }

  private mutating func group() throws(GrammarError) -> Pattern {
    guard depth < Self.depthLimit else { throw .tooLarge("groups within each other", limit: Self.depthLimit) }
    depth += 1
    defer { depth -= 1 }
    _ = scanner.advance()
    if scanner.next == "?", !scanner.take("?:") {
      throw unexpected("'?:' after '(' (neither looking around nor flags or names are supported)")
    }
    let pattern = try alternatives()
    guard scanner.take(")") else { throw unexpected("')'") }
    return pattern
  }

  private mutating func repeated(_ part: Pattern) throws(GrammarError) -> Pattern {
    let range: (least: Int, most: Int?)
    if scanner.take("*") {
      range = (0, nil)
    } else if scanner.take("+") {
      range = (1, nil)
    } else if scanner.take("?") {
      range = (0, 1)
    } else if scanner.take("{") {
      range = try numbers()
    } else {
      return part
    }
    try cost.add()
    // Reluctant or not, the texts are the same.
    _ = scanner.take("?")
    return .repeated(part, least: range.least, most: range.most)
  }

  private mutating func numbers() throws(GrammarError) -> (least: Int, most: Int?) {
    let count = "a number up to \(Self.repetitionLimit)"
    guard let least = scanner.number(atMost: Self.repetitionLimit) else { throw unexpected(count) }
    if scanner.take("}") { return (least, least) }
    guard scanner.take(",") else { throw unexpected("',' or '}'") }
    if scanner.take("}") { return (least, nil) }
    guard let most = scanner.number(atMost: Self.repetitionLimit), most >= least else {
      throw unexpected(count)
    }
    guard scanner.take("}") else { throw unexpected("'}'") }
    return (least, most)
  }

  private mutating func set() throws(GrammarError) -> ScalarSet {
    _ = scanner.advance()
    let isInverted = scanner.take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !scanner.take("]") {
      try cost.add()
      let low = try element()
      guard scanner.next == "-", let second = scanner.second, second != "]" else {
        // What is left out is all that either would leave out.
        ranges += (isInverted ? low.either : low.both).ranges
        continue
      }
      _ = scanner.advance()
      let high = try element()
      guard let first = low.only, let last = high.only, first <= last else {
        throw unexpected("a range that ascends")
      }
      ranges.append(first...last)
    }
    let set = ScalarSet(ranges)
    return isInverted ? set.inverted : set
  }

  /// One character, or what an escape stands for.
  private mutating func element() throws(GrammarError) -> PatternClass {
    guard let scalar = scanner.advance() else { throw unexpected("a character") }
    guard scalar == "\\" else { return PatternClass(ScalarSet([scalar])) }
    guard let escaped = scanner.next else { throw unexpected("an escaped character") }
    if let known = PatternClass.all[escaped] {
      _ = scanner.advance()
      return known
    }
    if escaped == "x" || escaped == "u" {
      _ = scanner.advance()
      guard let scalar = scanner.hexadecimal(escaped == "x" ? 2 : 4) else {
        throw unexpected("hexadecimal digits of a character")
      }
      return PatternClass(ScalarSet([scalar]))
    }
    guard escaped.isASCII, !escaped.properties.isAlphabetic, !("0"..."9").contains(escaped) else {
      throw unexpected("an escape of a character or of a class (d, D, w, W, s, S, n, r, t, f, v, xNN, uNNNN)")
    }
    _ = scanner.advance()
    return PatternClass(ScalarSet([escaped]))
  }

  private func unexpected(_ expected: String) -> GrammarError {
    .pattern(offset: scanner.offset, found: scanner.found, expected: expected)
  }
}

extension PatternClass {
  /// The scalar of a class that has one.
  fileprivate var only: UInt32? {
    guard both.ranges.count == 1, let range = both.ranges.first, range.lowerBound == range.upperBound else {
      return nil
    }
    return range.lowerBound
  }
}
