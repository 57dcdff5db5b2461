import GGUF

/// SentencePiece's byte-pair encoding, as in Llama 2 and Gemma: characters merge by the score of what they become.
///
/// Kudo and Richardson, arXiv 1808.06226. A character that no token covers becomes the tokens of its bytes. Spaces are characters like others:
/// a file writes them as U+2581, which is a space here, so that a U+2581 in a text stays what it is (as bytes).
struct SentencePieceModel: TokenizerModel {
  private let merger: TokenMerger
  private let table: TokenTable
  /// The token of each byte, -1 for none.
  private let byteTokens: [Int32]
  private let unknown: Int32?
  /// Whether words can be merged one by one: no token has a space behind another character.
  private let spacesBeginWords: Bool
  let addsBOS = true
  let ownSpace: OwnSpace?

  /// What a character that is no token is while its word merges: this, and its value.
  private static let characterBase: Int32 = 1 << 30

  /// Reads `tokenizer.ggml.scores` and `.add_space_prefix`.
  init(_ metadata: Metadata, _ vocabulary: Vocabulary) throws {
    let scores = try metadata.require("tokenizer.ggml.scores", as: metadata.floats)
    guard scores.count == vocabulary.count else {
      throw TokenizingError.malformed(found: "\(scores.count) scores", expected: "\(vocabulary.count)")
    }
    table = vocabulary.table
    merger = TokenMerger(pairs: Self.pairs(vocabulary, ranks: Self.ranks(scores)))
    spacesBeginWords = vocabulary.mergeable.allSatisfy { Self.spacesComeFirst(vocabulary.table[$0]) }
    var byteTokens = [Int32](repeating: -1, count: 256)
    for token in vocabulary.kinds.indices where vocabulary.kinds[token] == .byte {
      if let byte = vocabulary.table[token].first { byteTokens[Int(byte)] = Int32(token) }
    }
    self.byteTokens = byteTokens
    unknown = vocabulary.unknown
    ownSpace = try OwnSpace(metadata)
  }

  /// Ranks by score, the highest first; equal scores have equal ranks, and so go from left to right.
  private static func ranks(_ scores: [Float]) -> [UInt32] {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var ranks = [UInt32](repeating: 0, count: scores.count)
    for (place, token) in order.enumerated() {
      let isEqual = place > 0 && scores[order[place - 1]] == scores[token]
      ranks[token] = isEqual ? ranks[order[place - 1]] : UInt32(place)
    }
    return ranks
  }

  /// All ways in which two tokens or characters become a token.
  private static func pairs(_ vocabulary: Vocabulary, ranks: [UInt32]) -> PairTable {
    var found: [(left: Int32, right: Int32, merge: PairTable.Merge)] = []
    for token in vocabulary.mergeable {
      let text = Array(vocabulary.table[token])
      // Of equal texts the first counts.
      guard vocabulary.table.token(text.span) == Int32(token) else { continue }
      var border = 0
      while true {
        border = UTF8Text.scalar(text, at: border, end: text.count).next
        guard border < text.count else { break }
        guard let left = symbol(text, 0..<border, vocabulary.table),
          let right = symbol(text, border..<text.count, vocabulary.table)
        else { continue }
        found.append((left, right, .init(rank: ranks[token], token: Int32(token))))
      }
    }
    var pairs = PairTable(capacity: found.count)
    for pair in found { pairs.insert(pair.left, pair.right, pair.merge) }
    return pairs
  }

  /// What a part of a token is: a token, or a single character.
  private static func symbol(_ text: [UInt8], _ range: Range<Int>, _ table: TokenTable) -> Int32? {
    if let token = table.token(text.span.extracting(range)) { return token }
    let (value, next) = UTF8Text.scalar(text, at: range.lowerBound, end: range.upperBound)
    return next == range.upperBound ? characterBase + Int32(value) : nil
  }

  private static func spacesComeFirst(_ text: ArraySlice<UInt8>) -> Bool {
    guard let word = text.firstIndex(where: { $0 != 0x20 }) else { return true }
    return !text[word...].contains(0x20)
  }

  func encode(
    _ text: [UInt8], _ range: Range<Int>, addingSpace: Bool, appendingTo output: inout [Int32],
    _ scratch: inout TokenMerger.Scratch
  ) {
    scratch.tokens.removeAll(keepingCapacity: true)
    if addingSpace { append([0x20], 0, end: 1, to: &scratch.tokens) }
    var start = range.lowerBound
    while start < range.upperBound {
      let word = start..<wordEnd(text, from: start, end: range.upperBound)
      start = word.upperBound
      // The space of its own makes the first word another than its letters say.
      let place = scratch.tokens.isEmpty ? scratch.words.place(of: word, in: text) : nil
      if let place, scratch.words.copy(place, of: text, to: &output) { continue }
      let firstToken = output.count
      var index = word.lowerBound
      while index < word.upperBound { index = append(text, index, end: word.upperBound, to: &scratch.tokens) }
      flush(&scratch, to: &output)
      if let place { scratch.words.note(place, output, firstToken: firstToken) }
    }
    flush(&scratch, to: &output)
  }

  /// Where the word that begins at `start`, its spaces first, ends; all is one word if tokens may have spaces inside.
  private func wordEnd(_ text: [UInt8], from start: Int, end: Int) -> Int {
    guard spacesBeginWords else { return end }
    var index = start
    while index < end, text[index] == 0x20 { index += 1 }
    while index < end, text[index] != 0x20 { index += 1 }
    return index
  }

  /// Adds the character at `index`; returns where the next one begins.
  @discardableResult
  private func append(_ text: [UInt8], _ index: Int, end: Int, to tokens: inout [Int32]) -> Int {
    let (value, next) = UTF8Text.scalar(text, at: index, end: end)
    tokens.append(table.token(text.span.extracting(index..<next)) ?? Self.characterBase + Int32(value))
    return next
  }

  private func flush(_ scratch: inout TokenMerger.Scratch, to output: inout [Int32]) {
    merger.merge(&scratch)
    for token in scratch.tokens {
      if token < Self.characterBase { output.append(token) } else { appendBytes(of: token, to: &output) }
    }
    scratch.tokens.removeAll(keepingCapacity: true)
  }

  private func appendBytes(of symbol: Int32, to output: inout [Int32]) {
    guard let scalar = Unicode.Scalar(UInt32(symbol - Self.characterBase)) else { return }
    for byte in UTF8.encode(scalar) ?? .init() {
      if byteTokens[Int(byte)] >= 0 {
        output.append(byteTokens[Int(byte)])
      } else if let unknown {
        output.append(unknown)
      }
    }
  }
}
