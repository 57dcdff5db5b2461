/// Reads grammars in llama.cpp's notation.
///
/// `name ::= "text" [a-z] . (a | b) x* x+ x? x{2} x{2,} x{2,5} # comment`; the first rule to match is `root`. A rule ends with its
/// line, but for lines within parentheses, after `::=` and after `|`.
package struct GBNFParser {
  private var scanner: ScalarScanner
  private var builder = RuleTable()
  private var depth = 0
  private var cost = GrammarCost()

  /// Parentheses within each other; the parser recurses.
  private static let depthLimit = 64
  /// A repetition's largest number, as in llama.cpp.
  private static let repetitionLimit = 2000
  /// Repetitions of repetitions, which are within each other too.
  private static let stackedLimit = 8

  private init(_ text: String) { scanner = ScalarScanner(text) }

  /// The grammar that a text describes.
  ///
  /// Throws `GrammarError` with the line of the mistake.
  package static func parse(_ text: String) throws(GrammarError) -> Grammar {
    var parser = GBNFParser(text)
    parser.skipSpace(lines: true)
    while parser.scanner.next != nil { try parser.rule() }
    return try parser.builder.grammar(root: "root")
  }

  private mutating func rule() throws(GrammarError) {
    try cost.add()
    let name = try name()
    skipSpace(lines: false)
    guard scanner.take("::=") else { throw unexpected("'::='") }
    skipSpace(lines: true)
    let expression = try alternatives(nested: false)
    guard scanner.next == nil || scanner.next == "\n" || scanner.next == "\r" else {
      throw unexpected("the rule's end")
    }
    skipSpace(lines: true)
    try builder.define(name, expression)
  }

  private mutating func name() throws(GrammarError) -> String {
    var name = ""
    while let scalar = scanner.next, Self.isName(scalar) {
      name.unicodeScalars.append(scanner.advance() ?? scalar)
    }
    guard !name.isEmpty else { throw unexpected("a rule's name") }
    return name
  }

  private static func isName(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-" || scalar == "_")
  }

  private mutating func skipSpace(lines: Bool) {
    while let scalar = scanner.next {
      if scalar == "#" {
        while let scalar = scanner.next, scalar != "\n", scalar != "\r" { _ = scanner.advance() }
      } else if scalar == " " || scalar == "\t" || lines && (scalar == "\n" || scalar == "\r") {
        _ = scanner.advance()
      } else {
        return
      }
    }
  }

  private mutating func alternatives(nested: Bool) throws(GrammarError) -> Expression {
    var choices = [try sequence(nested: nested)]
    while scanner.take("|") {
      try cost.add()
      skipSpace(lines: true)
      choices.append(try sequence(nested: nested))
    }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence(nested: Bool) throws(GrammarError) -> Expression {
    var parts: [Expression] = []
    while let part = try part() {
      try cost.add()
      skipSpace(lines: nested)
      parts.append(try repeated(part, nested: nested))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// One part of a sequence, nil where the sequence ends.
  private mutating func part() throws(GrammarError) -> Expression? {
    guard let scalar = scanner.next else { return nil }
    switch scalar {
    case "\"": return try literal()
    case "[": return try characters()
    case ".":
      _ = scanner.advance()
      return try ScalarSet.all.utf8(&cost)
    case "(": return try group()
    case _ where Self.isName(scalar): return .rule(builder.number(of: try name()))
    default: return nil
    }
  }

  private mutating func group() throws(GrammarError) -> Expression {
    guard depth < Self.depthLimit else {
      throw .tooLarge("parentheses within each other", limit: Self.depthLimit)
    }
    depth += 1
    defer { depth -= 1 }
    _ = scanner.advance()
    skipSpace(lines: true)
    let expression = try alternatives(nested: true)
    guard scanner.take(")") else { throw unexpected("')'") }
    return expression
  }

  private mutating func literal() throws(GrammarError) -> Expression {
    _ = scanner.advance()
    var text = ""
    while !scanner.take("\"") {
      let scalar = try character()
      try cost.add(parts: UTF8.width(scalar))
      text.unicodeScalars.append(scalar)
    }
    return .text(text)
  }

  private mutating func characters() throws(GrammarError) -> Expression {
    _ = scanner.advance()
    let isInverted = scanner.take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while !scanner.take("]") {
      try cost.add()
      let low = try character().value
      guard scanner.next == "-", scanner.second != "]" else {
        ranges.append(low...low)
        continue
      }
      _ = scanner.advance()
      let high = try character().value
      guard low <= high else { throw unexpected("a range that ascends") }
      ranges.append(low...high)
    }
    let set = ScalarSet(ranges)
    return try (isInverted ? set.inverted : set).utf8(&cost)
  }

  /// One character of a literal or a set, which may be escaped.
  private mutating func character() throws(GrammarError) -> Unicode.Scalar {
    guard let scalar = scanner.next, scalar != "\n" else { throw unexpected("a character") }
    _ = scanner.advance()
    guard scalar == "\\" else { return scalar }
    guard let escaped = scanner.next else { throw unexpected("an escaped character") }
    switch escaped {
    case "x": return try hexadecimal(2)
    case "u": return try hexadecimal(4)
    case "U": return try hexadecimal(8)
    case "n", "r", "t", "\\", "\"", "[", "]", "-", "^":
      _ = scanner.advance()
      return escaped == "n" ? "\n" : escaped == "r" ? "\r" : escaped == "t" ? "\t" : escaped
    default: throw unexpected("one of \\n \\r \\t \\\\ \\\" \\[ \\] \\xNN \\uNNNN \\UNNNNNNNN")
    }
  }

  private mutating func hexadecimal(_ digits: Int) throws(GrammarError) -> Unicode.Scalar {
    _ = scanner.advance()
    guard let scalar = scanner.hexadecimal(digits) else {
      throw unexpected("\(digits) hexadecimal digits of a character")
    }
    return scalar
  }

  private mutating func repeated(_ part: Expression, nested: Bool) throws(GrammarError) -> Expression {
    var part = part
    var count = 0
    while let range = try repetition() {
      count += 1
      guard count <= Self.stackedLimit else {
        throw .tooLarge("repetitions directly within each other", limit: Self.stackedLimit)
      }
      try cost.add()
      part = .repeated(part, least: range.least, most: range.most)
      skipSpace(lines: nested)
    }
    return part
  }

  /// What follows a part to say how often it comes; nil for nothing.
  private mutating func repetition() throws(GrammarError) -> (least: Int, most: Int?)? {
    if scanner.take("*") { return (0, nil) }
    if scanner.take("+") { return (1, nil) }
    if scanner.take("?") { return (0, 1) }
    guard scanner.take("{") else { return nil }
    skipSpace(lines: false)
    guard let least = scanner.number(atMost: Self.repetitionLimit) else { throw unexpected(Self.counts) }
    skipSpace(lines: false)
    if scanner.take("}") { return (least, least) }
    guard scanner.take(",") else { throw unexpected("',' or '}'") }
    skipSpace(lines: false)
    if scanner.take("}") { return (least, nil) }
    guard let most = scanner.number(atMost: Self.repetitionLimit), most >= least else {
      throw unexpected(Self.counts)
    }
    skipSpace(lines: false)
    guard scanner.take("}") else { throw unexpected("'}'") }
    return (least, most)
  }

  private static let counts = "a number up to \(repetitionLimit), the larger one second"

  private func unexpected(_ expected: String) -> GrammarError {
    .syntax(line: scanner.line, found: scanner.found, expected: expected)
  }
}
