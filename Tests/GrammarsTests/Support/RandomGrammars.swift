@testable import Grammars

/// Numbers from a seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

extension Grammar {
  /// A grammar of up to four rules over a, b and c.
  static func random(_ numbers: inout SeededNumbers) -> Grammar {
    let count = Int.random(in: 1...4, using: &numbers)
    return Grammar(
      rules: (0..<count).map { Rule(name: "r\($0)", expression: .random(rules: count, depth: 4, &numbers)) },
      root: 0)
  }
}

extension Expression {
  static func random(rules: Int, depth: Int, _ numbers: inout SeededNumbers) -> Expression {
    let kind = Int.random(in: depth > 0 ? 0...9 : 0...3, using: &numbers)
    let parts = { (count: ClosedRange<Int>, numbers: inout SeededNumbers) in
      (0..<Int.random(in: count, using: &numbers)).map { _ in
        Expression.random(rules: rules, depth: depth - 1, &numbers)
      }
    }
    switch kind {
    case 0...2:
      var set = ByteSet()
      for byte in UInt8(ascii: "a")...UInt8(ascii: "c") where Bool.random(using: &numbers) {
        set.insert(byte)
      }
      return .bytes(set)
    case 3...4: return .rule(Int.random(in: 0..<rules, using: &numbers))
    case 5...6: return .sequence(parts(0...3, &numbers))
    case 7: return .choice(parts(0...3, &numbers))
    default:
      let least = Int.random(in: 0...2, using: &numbers)
      let most = Bool.random(using: &numbers) ? nil : least + Int.random(in: 0...2, using: &numbers)
      return .repeated(random(rules: rules, depth: depth - 1, &numbers), least: least, most: most)
    }
  }
}

extension TokenTrie {
  /// A vocabulary of texts, whose end token has the last id.
  init(_ texts: [[UInt8]]) {
    self.init(vocabularySize: texts.count + 1, endTokens: [Int32(texts.count)]) {
      $0 < texts.count ? texts[Int($0)][...] : []
    }
  }

  init(_ texts: [String]) { self.init(texts.map { Array($0.utf8) }) }

  /// A token for each byte.
  static let allBytes = TokenTrie((0..<256).map { [UInt8($0)] })
}

extension GrammarPosition {
  /// Whether no text of the grammar begins as this one does.
  var isDead: Bool { places.isEmpty }
  /// Whether the text may end here.
  var canEnd: Bool { places.contains { $0.state == Automaton.end } }
}

extension TokenGrammar {
  /// Whether a text is one of the grammar; nil if none begins so.
  func accepts(_ text: String) -> Bool? {
    var position = start
    for byte in text.utf8 { position = self.position(after: Int32(byte), at: position) }
    return position.isDead ? nil : position.canEnd
  }
}
