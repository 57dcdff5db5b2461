/// Finds the tokens that stand in text as they are, such as `<|im_start|>`: the longest at each place.
///
/// A trie over bytes, entered only at bytes that start such a token: ordinary text costs a table lookup a byte.
struct LiteralTokens {
  private var starts = [Bool](repeating: false, count: 256)
  /// The next node, by node and byte.
  private var edges: [UInt64: Int] = [:]
  /// The token that ends at each node, -1 for none; node 0 is the root.
  private var tokens: [Int32] = [-1]
  private let vocabulary: Vocabulary

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    for token in vocabulary.kinds.indices where vocabulary.kinds[token].isLiteral {
      insert(vocabulary.table[token], Int32(token))
    }
  }

  private mutating func insert(_ text: ArraySlice<UInt8>, _ token: Int32) {
    guard let first = text.first else { return }
    starts[Int(first)] = true
    var node = 0
    for byte in text {
      let edge = Self.edge(node, byte)
      node = edges[edge, default: tokens.count]
      if node == tokens.count {
        edges[edge] = node
        tokens.append(-1)
      }
    }
    if tokens[node] < 0 { tokens[node] = token }
  }

  /// The longest token that starts at `start`, and where it ends.
  ///
  /// User-defined tokens are text and always found; the others steer the model and are found up to `specialEnd`.
  func match(_ text: [UInt8], at start: Int, specialEnd: Int) -> (token: Int32, end: Int)? {
    guard starts[Int(text[start])] else { return nil }
    var node = 0
    var longest: (token: Int32, end: Int)?
    for index in start..<text.count {
      guard let next = edges[Self.edge(node, text[index])] else { break }
      node = next
      let token = tokens[node]
      guard token >= 0, index < specialEnd || vocabulary.kinds[Int(token)] == .userDefined else { continue }
      longest = (token, index + 1)
    }
    return longest
  }

  /// Where a token found in the text ends with the white space that it swallows.
  func endWithSpace(_ text: [UInt8], _ literal: (token: Int32, end: Int)) -> Int {
    guard vocabulary.swallowsSpace(literal.token) else { return literal.end }
    return text[literal.end...].firstIndex { !$0.isSpace } ?? text.count
  }

  private static func edge(_ node: Int, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }
}

extension UInt8 {
  /// Whether it is white space of ASCII.
  var isSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
}
