/// What a rule matches: bytes, and ways to put them together.
package indirect enum Expression: Sendable, Equatable {
  /// One byte of a set.
  case bytes(ByteSet)
  case sequence([Expression])
  /// One of several; of none, nothing matches.
  case choice([Expression])
  /// `most` nil is without end.
  case repeated(Expression, least: Int, most: Int?)
  /// What the rule of this number matches.
  case rule(Int)

  /// Matches the empty text alone.
  package static let empty = Expression.sequence([])

  /// A text, byte by byte.
  package static func text(_ text: String) -> Expression {
    .sequence(text.utf8.map { .bytes(ByteSet($0)) })
  }

  package static func optional(_ expression: Expression) -> Expression {
    .repeated(expression, least: 0, most: 1)
  }

  /// One of several byte strings, as a tree: what begins alike is followed once.
  package static func oneOf(_ strings: [[UInt8]]) -> Expression {
    let sorted = strings.sorted { $0.lexicographicallyPrecedes($1) }
    return tree(sorted[...], from: 0, forks: 0)
  }

  /// Forks on the way to a leaf, after which the rest is a plain choice: who walks an expression recurses.
  private static let forkLimit = 64

  /// The strings are sorted and agree before `start`.
  private static func tree(_ strings: ArraySlice<[UInt8]>, from start: Int, forks: Int) -> Expression {
    guard let first = strings.first, let last = strings.last else { return .choice([]) }
    guard forks < forkLimit else {
      return .choice(strings.map { .sequence($0[start...].map { .bytes(ByteSet($0)) }) })
    }
    // What all share is one run, so that the recursion is as deep as there are forks.
    var end = start
    while end < first.count, end < last.count, first[end] == last[end] { end += 1 }
    let run = first[start..<end].map { Expression.bytes(ByteSet($0)) }
    var rest = strings
    var branches: [Expression] = []
    while let string = rest.first, string.count == end {
      branches = [.empty]
      rest.removeFirst()
    }
    while let head = rest.first {
      let group = rest.prefix { $0[end] == head[end] }
      branches.append(tree(group, from: end, forks: forks + 1))
      rest = rest.dropFirst(group.count)
    }
    return .sequence(run + [branches.count == 1 ? branches[0] : .choice(branches)])
  }
}
