/// Finds the tokens that stand in text as they are, such as `<|im_start|>`: the longest at each place.
struct LiteralTokens {
  private var texts = TextTrie()
  private let vocabulary: Vocabulary

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    for token in vocabulary.kinds.indices where vocabulary.kinds[token].isLiteral {
      texts.insert(vocabulary.table[token], Int32(token))
    }
  }

  /// The longest token that starts at `start`, and where it ends.
  ///
  /// User-defined tokens are text and always found; the others steer the model and are found up to `specialEnd`.
  func match(_ text: [UInt8], at start: Int, specialEnd: Int) -> (token: Int32, end: Int)? {
    texts.match(text, at: start) { token, last in
      last < specialEnd || vocabulary.kinds[Int(token)] == .userDefined
    }.map { ($0.number, $0.end) }
  }

  /// Where a token found in the text ends with the white space that it swallows.
  func endWithSpace(_ text: [UInt8], _ literal: (token: Int32, end: Int)) -> Int {
    guard vocabulary.swallowsSpace(literal.token) else { return literal.end }
    return text[literal.end...].firstIndex { !$0.isSpace } ?? text.count
  }
}

extension UInt8 {
  /// Whether it is white space of ASCII.
  var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
