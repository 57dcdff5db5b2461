/// Whole prefixes, no token of which was evicted: a radix tree whose nodes are blocks of 16 tokens.
struct PrefixTree {
  /// Keys that are stored before rotation are others than those after it.
  private var roots: [KeyPositions: PrefixBlock] = [:]

  static let blockTokens = CacheShape.slotsPerPage

  /// Where the tokens of a sequence that reads keys at `positions` begin.
  mutating func root(_ positions: KeyPositions) -> PrefixBlock {
    if let root = roots[positions] { return root }
    let root = PrefixBlock()
    roots[positions] = root
    return root
  }

  /// The longest prefix of `tokens` that is here.
  ///
  /// O(tokens + children of the last block).
  func match(_ tokens: ArraySlice<Int32>, _ positions: KeyPositions) -> PrefixMatch {
    guard var block = roots[positions] else { return PrefixMatch() }
    var match = PrefixMatch()
    var rest = tokens
    while rest.count >= Self.blockTokens, let child = block.child(rest.prefix(Self.blockTokens)) {
      match.whole.append(child)
      rest = rest.dropFirst(Self.blockTokens)
      block = child
    }
    for child in block.children.values {
      let common = Prefixes.common(child.tokens[...], rest)
      if common > match.partialTokens { (match.partial, match.partialTokens) = (child, common) }
    }
    return match
  }

  /// All blocks, parents before their children.
  var blocks: [PrefixBlock] {
    var found = Array(roots.values.flatMap(\.children.values))
    var next = 0
    while next < found.count {
      found += found[next].children.values
      next += 1
    }
    return found
  }
}

/// A prefix that was found: whole blocks, then the first tokens of one more.
struct PrefixMatch {
  var whole: [PrefixBlock] = []
  var partial: PrefixBlock?
  var partialTokens = 0

  var tokens: Int { whole.count * PrefixTree.blockTokens + partialTokens }
  var blocks: [PrefixBlock] { whole + (partial.map { [$0] } ?? []) }

  mutating func removePartial() { (partial, partialTokens) = (nil, 0) }
}

package enum Prefixes {
  /// How many first tokens two texts have in common.
  package static func common(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>) -> Int {
    var count = 0
    let most = min(a.count, b.count)
    while count < most, a[a.startIndex + count] == b[b.startIndex + count] { count += 1 }
    return count
  }
}
