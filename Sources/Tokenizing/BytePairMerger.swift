import GGUF

/// Byte-pair encoding of one word: its bytes become tokens, and neighbours merge in the order of rank.
///
/// Sennrich et al., arXiv 1508.07909, over bytes as in GPT-2. Short words are searched anew for each merge;
/// long ones go through a heap, so that the cost is O(n log n) and not O(n^2).
struct BytePairMerger: Sendable {
  private let pairs: PairTable
  /// The token of each byte, -1 for none.
  private let byteTokens: [Int32]

  /// Up to this many tokens searching anew is faster (measured on runs of letters: the curves cross near 150).
  private static let longestLinear = 128

  /// Buffers that `encode` would otherwise allocate for each word.
  struct Scratch {
    fileprivate var tokens: [Int32] = []
    fileprivate var merges: [PairTable.Merge?] = []
  }

  /// Resolves the merges' texts against the vocabulary.
  ///
  /// - Throws: `TokenizingError.malformed` when a merge is not two tokens that give a third.
  init(merges: StringArray, tokens: TokenTable) throws(TokenizingError) {
    guard merges.count <= Int32.max else {
      throw .malformed(found: "\(merges.count) merges", expected: "at most \(Int32.max)")
    }
    var pairs = PairTable(capacity: merges.count)
    let alphabet = ByteAlphabet()
    var scratch: [UInt8] = []
    for rank in 0..<merges.count {
      let pair = merges.withUTF8(rank) { text in Self.resolve(text, alphabet, tokens, &scratch) }
      guard let pair else {
        throw .malformed(
          found: "merge \(rank), '\(merges[rank])'",
          expected: "two tokens with a space between that together are a token of the vocabulary")
      }
      pairs.insert(pair.left, pair.right, .init(rank: UInt32(rank), token: pair.merged))
    }
    self.pairs = pairs
    byteTokens = (0...255).map { tokens.token([UInt8($0)].span) ?? -1 }
  }

  private static func resolve(
    _ text: Span<UInt8>, _ alphabet: ByteAlphabet, _ tokens: TokenTable, _ scratch: inout [UInt8]
  ) -> (left: Int32, right: Int32, merged: Int32)? {
    // The alphabet has no space of its own, so the first one is the border.
    var border = 0
    while border < text.count, text[border] != 0x20 { border += 1 }
    scratch.removeAll(keepingCapacity: true)
    guard border < text.count, alphabet.decode(text, 0..<border, appendingTo: &scratch) else { return nil }
    let leftCount = scratch.count
    guard alphabet.decode(text, (border + 1)..<text.count, appendingTo: &scratch) else { return nil }
    let both = scratch.span
    guard let left = tokens.token(both.extracting(first: leftCount)),
      let right = tokens.token(both.extracting(droppingFirst: leftCount)), let merged = tokens.token(both)
    else { return nil }
    return (left, right, merged)
  }

  /// Appends the tokens of `word`.
  ///
  /// Bytes that have no token are left out: some vocabularies lack control bytes that their training text
  /// never had, and an unknown-token in their place may be one that ends a conversation.
  func encode(_ word: Span<UInt8>, appendingTo output: inout [Int32], _ scratch: inout Scratch) {
    scratch.tokens.removeAll(keepingCapacity: true)
    for index in word.indices where byteTokens[Int(word[index])] >= 0 {
      scratch.tokens.append(byteTokens[Int(word[index])])
    }
    if scratch.tokens.count <= Self.longestLinear {
      mergeLinearly(&scratch.tokens, &scratch.merges)
    } else {
      mergeByHeap(&scratch.tokens)
    }
    output.append(contentsOf: scratch.tokens)
  }

  /// `merges[i]` is what tokens `i` and `i + 1` merge into.
  private func mergeLinearly(_ tokens: inout [Int32], _ merges: inout [PairTable.Merge?]) {
    merges.removeAll(keepingCapacity: true)
    for index in tokens.indices.dropLast() { merges.append(pairs.merge(tokens[index], tokens[index + 1])) }
    while let (index, merge) = first(of: merges) {
      tokens[index] = merge.token
      tokens.remove(at: index + 1)
      merges.remove(at: index)
      if index > 0 { merges[index - 1] = pairs.merge(tokens[index - 1], tokens[index]) }
      if index < merges.count { merges[index] = pairs.merge(tokens[index], tokens[index + 1]) }
    }
  }

  private func first(of merges: [PairTable.Merge?]) -> (Int, PairTable.Merge)? {
    var best: (index: Int, merge: PairTable.Merge)?
    for index in merges.indices {
      guard let merge = merges[index], merge.rank < best?.merge.rank ?? .max else { continue }
      best = (index, merge)
    }
    return best
  }

  /// The word as a linked list: a merge keeps the left place and unlinks the right one.
  private func mergeByHeap(_ tokens: inout [Int32]) {
    let end = tokens.count
    var next = Array(1...end)
    var previous = Array(-1..<(end - 1))
    var queue = MergeQueue()
    func offer(_ position: Int) {
      guard position >= 0, next[position] < end else { return }
      guard let merge = pairs.merge(tokens[position], tokens[next[position]]) else { return }
      queue.push(.init(rank: merge.rank, position: position))
    }
    for position in 0..<end { offer(position) }
    while let candidate = queue.pop() {
      let left = candidate.position
      let right = next[left]
      // A rank belongs to one pair only, so an equal rank proves that the candidate is still what it was.
      guard tokens[left] >= 0, right < end, let merge = pairs.merge(tokens[left], tokens[right]),
        merge.rank == candidate.rank
      else { continue }
      tokens[left] = merge.token
      tokens[right] = -1
      next[left] = next[right]
      if next[left] < end { previous[next[left]] = left }
      offer(previous[left])
      offer(left)
    }
    tokens.removeAll { $0 < 0 }
  }
}
