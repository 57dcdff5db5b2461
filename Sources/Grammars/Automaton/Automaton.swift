/// A grammar as states: what comes next, byte by byte and rule by rule.
///
/// A state machine for each rule, in one array; a call goes through another rule's machine and then on. What has been called is kept
/// on a stack, of at most `depthLimit` calls. A call that nothing follows needs no place on it.
struct Automaton: Sendable {
  enum State: Sendable, Equatable {
    /// The end of a rule.
    case end
    /// One byte of a set, by its number.
    case bytes(set: Int32, next: Int32)
    /// Any of several states.
    case fork([Int32])
    /// The rule, then `next`.
    case call(rule: Int32, next: Int32)
  }

  /// The end of every rule.
  static let end: Int32 = 0
  /// Calls that may be open at the same time: two for each level of JSON, whose parsers bear a hundred.
  static let depthLimit: Int32 = 160

  let states: [State]
  /// Where texts begin.
  let root: Int32
  /// Where each rule's machine begins; -1 for rules that nothing leads to.
  let starts: [Int32]
  let sets: [ByteSet]
  let classes: ByteClasses
  /// Calls that are open at once, at least, on the way from a state to the end of its rule; above `depthLimit` if there is no way.
  let heights: [Int32]
  /// The first state that is like each: no text of at most the given length tells them apart, as they belong to copies of one part that are
  /// far from the last copy.
  ///
  /// `[states]`, or empty if no two are alike.
  let alikes: [Int32]

  /// Builds the states of a grammar, for texts of at most `longestText` bytes.
  ///
  /// Throws `GrammarError` for one that is too large, matches no text or begins with itself.
  init(_ grammar: Grammar, longestText: Int = .max) throws(GrammarError) {
    var builder = AutomatonBuilder(grammar, longestText: longestText)
    try builder.build()
    (starts, sets) = (builder.starts, builder.sets)
    let alikes = builder.alikes
    self.alikes = alikes.indices.allSatisfy { alikes[$0] == $0 } ? [] : alikes
    root = starts[grammar.root]
    classes = ByteClasses(sets)
    let ways = Ways(states: builder.states, starts: starts)
    if let rule = ways.leftRecursion() { throw .leftRecursion(grammar.rules[rule].name) }
    let heights = ways.heights(throughBytes: true)
    guard heights[Int(root)] <= Self.depthLimit else { throw .unmatchable(grammar.rules[grammar.root].name) }
    // What leads to no end is left out once, and not found out at every place again.
    states = builder.states.map { state in
      guard case .fork(let targets) = state else { return state }
      return .fork(targets.filter { heights[Int($0)] <= Self.depthLimit })
    }
    self.heights = heights
  }
}
