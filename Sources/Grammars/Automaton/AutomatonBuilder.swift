/// Makes states of expressions, each from its end: what follows is there before what leads to it.
struct AutomatonBuilder {
  /// States of one grammar: some megabytes.
  static let stateLimit = 1 << 16
  /// Parts that are gone through, again for each time that they are repeated: some make no states.
  static let partLimit = 4 * stateLimit

  private let grammar: Grammar
  private(set) var states: [Automaton.State] = [.end]
  private(set) var starts: [Int32]
  private(set) var sets: [ByteSet] = []
  private var setNumbers: [ByteSet: Int32] = [:]
  private var wanted: [Int]
  private var parts = 0

  init(_ grammar: Grammar) {
    self.grammar = grammar
    wanted = [grammar.root]
    starts = Array(repeating: -1, count: grammar.rules.count)
  }

  /// Builds the root and all that it leads to.
  mutating func build() throws(GrammarError) {
    while let rule = wanted.popLast() {
      guard starts[rule] < 0 else { continue }
      starts[rule] = try add(grammar.rules[rule].expression, then: Automaton.end)
    }
  }

  private mutating func add(_ state: Automaton.State) throws(GrammarError) -> Int32 {
    guard states.count < Self.stateLimit else { throw .tooLarge("states", limit: Self.stateLimit) }
    states.append(state)
    return Int32(states.count - 1)
  }

  /// The state from which an expression, and then `next`, is matched.
  private mutating func add(_ expression: Expression, then next: Int32) throws(GrammarError) -> Int32 {
    parts += 1
    guard parts <= Self.partLimit else {
      throw .tooLarge("parts, those that are repeated counted again", limit: Self.partLimit)
    }
    switch expression {
    case .bytes(let set) where set.isEmpty: return try add(.fork([]))
    case .bytes(let set): return try add(.bytes(set: number(of: set), next: next))
    case .sequence(let parts):
      var next = next
      for part in parts.reversed() { next = try add(part, then: next) }
      return next
    case .choice(let parts): return try add(parts, then: next)
    case .repeated(let part, let least, let most): return try add(part, least, most, then: next)
    case .rule(let rule):
      if starts[rule] < 0 { wanted.append(rule) }
      return try add(.call(rule: Int32(rule), next: next))
    }
  }

  /// The state from which one of several expressions is matched.
  private mutating func add(_ parts: [Expression], then next: Int32) throws(GrammarError) -> Int32 {
    var targets: [Int32] = []
    var canBeEmpty = false
    for part in parts {
      let target = try add(part, then: next)
      // Empty parts make no states, and once is enough for whoever follows them.
      guard target == next else {
        targets.append(target)
        continue
      }
      if !canBeEmpty { targets.append(next) }
      canBeEmpty = true
    }
    return targets.count == 1 ? targets[0] : try add(.fork(targets))
  }

  private mutating func add(
    _ part: Expression, _ least: Int, _ most: Int?, then next: Int32
  ) throws(GrammarError) -> Int32 {
    var entry = next
    if let most {
      for _ in 0..<max(0, most - least) { entry = try add(.fork([add(part, then: entry), next])) }
    } else {
      entry = try add(.fork([]))
      let body = try add(part, then: entry)
      states[Int(entry)] = .fork([body, next])
    }
    // An empty part would be repeated without making states, and so without the limit.
    for _ in 0..<least {
      let before = entry
      entry = try add(part, then: entry)
      if entry == before { break }
    }
    return entry
  }

  private mutating func number(of set: ByteSet) -> Int32 {
    if let number = setNumbers[set] { return number }
    let number = Int32(sets.count)
    sets.append(set)
    setNumbers[set] = number
    return number
  }
}
