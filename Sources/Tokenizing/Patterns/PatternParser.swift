/// A pattern that cannot be read.
struct PatternError: Error, Equatable, CustomStringConvertible {
  let pattern: String
  let position: Int
  let expected: String

  var description: String { "pattern '\(pattern)', character \(position): expected \(expected)" }
}

extension Pattern {
  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    self.init(alternatives: try parser.parse())
  }
}

/// Reads a pattern from left to right, without looking back.
private struct PatternParser {
  private let text: String
  private let scalars: [Unicode.Scalar]
  private var index = 0
  private var ignoresCase = false

  private static let mostDepth = 8
  private static let mostRepeats = 1000

  init(_ text: String) {
    self.text = text
    scalars = Array(text.unicodeScalars)
  }

  mutating func parse() throws(PatternError) -> [[Pattern.Node]] {
    let alternatives = try parseAlternatives(depth: 0)
    guard index == scalars.count else { throw wanted("the pattern's end") }
    return alternatives
  }

  private mutating func parseAlternatives(depth: Int) throws(PatternError) -> [[Pattern.Node]] {
    guard depth <= Self.mostDepth else { throw wanted("at most \(Self.mostDepth) groups in each other") }
    var alternatives: [[Pattern.Node]] = [[]]
    while let next = peek(), next != ")" {
      if take("|") {
        alternatives.append([])
      } else {
        alternatives[alternatives.count - 1].append(try parseNode(depth: depth))
      }
    }
    return alternatives
  }

  private mutating func parseNode(depth: Int) throws(PatternError) -> Pattern.Node {
    if take("(") { return try parseGroup(depth: depth) }
    if take("$") { return .end }
    let set = try parseSet()
    return .run(set, try parseRun())
  }

  private mutating func parseGroup(depth: Int) throws(PatternError) -> Pattern.Node {
    let outer = ignoresCase
    defer { ignoresCase = outer }
    if take("?") {
      if take("=") { return try parseAhead(isWanted: true) }
      if take("!") { return try parseAhead(isWanted: false) }
      if take("i") { ignoresCase = true }
      try expect(":")
    }
    let alternatives = try parseAlternatives(depth: depth + 1)
    try expect(")")
    if let next = peek(), "*+{".unicodeScalars.contains(next) { throw wanted("no repetition of a group") }
    return .group(alternatives, isOptional: take("?"))
  }

  private mutating func parseAhead(isWanted: Bool) throws(PatternError) -> Pattern.Node {
    let set = try parseSet()
    try expect(")")
    return .ahead(set, isWanted: isWanted)
  }

  private mutating func parseSet() throws(PatternError) -> ScalarSet {
    if take("[") { return try parseClass() }
    guard let next = peek() else { throw wanted("a character or a class") }
    index += 1
    if next == "\\" { return ScalarSet([try parseEscape()]) }
    if "?*+{}]^.".unicodeScalars.contains(next) {
      index -= 1
      throw wanted("a character or a class")
    }
    return ScalarSet(next.value, ignoringCase: ignoresCase)
  }

  private mutating func parseClass() throws(PatternError) -> ScalarSet {
    let isInverted = take("^")
    var items: [ScalarSet.Item] = []
    while !take("]") {
      let item = try parseItem()
      guard case .range(let first) = item, peek() == "-", peek(1) != "]", peek(1) != nil else {
        items.append(item)
        continue
      }
      index += 1
      guard case .range(let last) = try parseItem(), last.upperBound >= first.lowerBound else {
        throw wanted("the end of a range")
      }
      items.append(.range(first.lowerBound...last.upperBound))
    }
    return ScalarSet(items, isInverted: isInverted)
  }

  private mutating func parseItem() throws(PatternError) -> ScalarSet.Item {
    guard let next = peek() else { throw wanted("']'") }
    index += 1
    return next == "\\" ? try parseEscape() : .range(next.value...next.value)
  }

  /// What follows a backslash.
  private mutating func parseEscape() throws(PatternError) -> ScalarSet.Item {
    guard let next = peek() else { throw wanted("a character after the backslash") }
    index += 1
    switch next {
    case "s": return .whitespace
    case "S": return .excluding([.whitespace])
    case "d": return .category("Nd")
    case "r": return .range(13...13)
    case "n": return .range(10...10)
    case "t": return .range(9...9)
    case "p": return .category(try parseCategory())
    case "P": return .excluding([.category(try parseCategory())])
    case let other where other.value < 128 && !other.properties.isAlphabetic && !("0"..."9").contains(other):
      return .range(other.value...other.value)
    default:
      index -= 1
      throw wanted("one of s S d r n t p P, or a sign")
    }
  }

  private mutating func parseCategory() throws(PatternError) -> String {
    try expect("{")
    var name = ""
    while let next = peek(), next != "}" {
      name.unicodeScalars.append(next)
      index += 1
    }
    guard ScalarSet.isCategory(name) else {
      throw wanted("a general category, such as L or Lu, not '\(name)'")
    }
    try expect("}")
    return name
  }

  private mutating func parseRun() throws(PatternError) -> Pattern.Run {
    var run = Pattern.Run()
    if take("?") {
      run.least = 0
    } else if take("*") {
      (run.least, run.most) = (0, .max)
    } else if take("+") {
      run.most = .max
    } else if take("{") {
      run.least = try parseNumber()
      run.most = take(",") ? (peek() == "}" ? .max : try parseNumber()) : run.least
      try expect("}")
      guard run.most >= max(run.least, 1) else { throw wanted("as many at most as at least, and one") }
    } else {
      return run
    }
    run.isPossessive = take("+")
    return run
  }

  private mutating func parseNumber() throws(PatternError) -> Int {
    var number: Int?
    while let next = peek(), let digit = Int(String(next)), number ?? 0 <= Self.mostRepeats {
      number = (number ?? 0) * 10 + digit
      index += 1
    }
    guard let number, number <= Self.mostRepeats else { throw wanted("a number up to \(Self.mostRepeats)") }
    return number
  }

  private func peek(_ offset: Int = 0) -> Unicode.Scalar? {
    index + offset < scalars.count ? scalars[index + offset] : nil
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard peek() == scalar else { return false }
    index += 1
    return true
  }

  private mutating func expect(_ scalar: Unicode.Scalar) throws(PatternError) {
    guard take(scalar) else { throw wanted("'\(scalar)'") }
  }

  private func wanted(_ expected: String) -> PatternError {
    PatternError(pattern: text, position: index, expected: expected)
  }
}
