/// Makes states of expressions, each from its end: what follows is there before what leads to it.
struct AutomatonBuilder {
  /// States of one grammar: some megabytes.
  static let stateLimit = 1 << 16
  /// Parts that are gone through, again for each time that they are repeated: some make no states.
  static let partLimit = 4 * stateLimit

  private let grammar: Grammar
  private let longestText: Int
  private(set) var states: [Automaton.State] = [.end]
  /// The first state that is like each: see `Automaton.alikes`.
  private(set) var alikes: [Int32] = [Automaton.end]
  private(set) var starts: [Int32]
  private(set) var sets: [ByteSet] = []
  private var setNumbers: [ByteSet: Int32] = [:]
  private var wanted: [Int]
  private var rulesTakingBytes: [Int: Bool] = [:]
  private var parts = 0

  /// For texts of at most `longestText` bytes some states are alike.
  init(_ grammar: Grammar, longestText: Int) {
    self.grammar = grammar
    self.longestText = longestText
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
    alikes.append(Int32(states.count))
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
      var copies = Copies(apart: apart(part, most - least))
      for _ in 0..<max(0, most - least) {
        let first = states.count
        entry = try add(.fork([add(part, then: entry), next]))
        copies.noteLast(from: first, to: states.count, &alikes)
      }
    } else {
      entry = try add(.fork([]))
      let body = try add(part, then: entry)
      states[Int(entry)] = .fork([body, next])
    }
    // An empty part would be repeated without making states, and so without the limit.
    var copies = Copies(apart: apart(part, least))
    for _ in 0..<least {
      let (before, first) = (entry, states.count)
      entry = try add(part, then: entry)
      if entry == before { break }
      copies.noteLast(from: first, to: states.count, &alikes)
    }
    return entry
  }

  /// How many of `count` copies of a part have to follow another, each taking a byte, for no text to get through them.
  private mutating func apart(_ part: Expression, _ count: Int) -> Int {
    // What leads into the copies counts as one more, and so does the byte that another text may be short of.
    guard longestText < count - 2, takesBytes(part, rulesDeep: 0) else { return .max }
    return longestText + 2
  }

  /// Whether no match of an expression is empty; false where that is not known.
  ///
  /// Each rule is looked into once, and only so deep as characters and items are away.
  private mutating func takesBytes(_ expression: Expression, rulesDeep: Int) -> Bool {
    switch expression {
    case .bytes: return true
    case .sequence(let parts): return parts.contains { takesBytes($0, rulesDeep: rulesDeep) }
    case .choice(let parts): return parts.allSatisfy { takesBytes($0, rulesDeep: rulesDeep) }
    case .repeated(let part, let least, _): return least > 0 && takesBytes(part, rulesDeep: rulesDeep)
    case .rule(let rule):
      if let known = rulesTakingBytes[rule] { return known }
      // Meanwhile, and for good if it is too deep: a rule that leads to itself is not looked into again.
      rulesTakingBytes[rule] = false
      guard rulesDeep < Self.rulesLookedInto else { return false }
      let takes = takesBytes(grammar.rules[rule].expression, rulesDeep: rulesDeep + 1)
      rulesTakingBytes[rule] = takes
      return takes
    }
  }
  private static let rulesLookedInto = 3

  /// Copies of one part, each leading to the one before, whose states stand in the same order.
  private struct Copies {
    /// A copy is like the one before it if so many are before that.
    let apart: Int
    private var count = 0
    private var length = 0

    init(apart: Int) { self.apart = apart }

    mutating func noteLast(from first: Int, to end: Int, _ alikes: inout [Int32]) {
      if count > apart, end - first == length {
        for state in first..<end { alikes[state] = alikes[state - length] }
      }
      count += 1
      length = end - first
    }
  }

  private mutating func number(of set: ByteSet) -> Int32 {
    if let number = setNumbers[set] { return number }
    let number = Int32(sets.count)
    sets.append(set)
    setNumbers[set] = number
    return number
  }
}
