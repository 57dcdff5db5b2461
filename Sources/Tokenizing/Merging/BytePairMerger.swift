import GGUF

/// Byte-pair encoding of one word: its bytes become tokens, and neighbours merge in the order of rank.
///
/// Sennrich et al., arXiv 1508.07909, over bytes as in GPT-2.
struct BytePairMerger: Sendable {
  private let merger: TokenMerger
  /// The token of each byte, -1 for none.
  private let byteTokens: [Int32]

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
    merger = TokenMerger(pairs: pairs)
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
  func encode(_ word: Span<UInt8>, appendingTo output: inout [Int32], _ scratch: inout TokenMerger.Scratch) {
    scratch.tokens.removeAll(keepingCapacity: true)
    for index in word.indices where byteTokens[Int(word[index])] >= 0 {
      scratch.tokens.append(byteTokens[Int(word[index])])
    }
    merger.merge(&scratch)
    output.append(contentsOf: scratch.tokens)
  }
}
