import Foundation
import Grammars
import OpenAIAPI
import Schemas

/// Texts of a grammar, each next token drawn evenly from those that the mask admits.
struct RandomTexts {
  /// Single bytes, and tokens that reach over the borders of JSON's parts or end within a character.
  static let vocabulary: [[UInt8]] =
    (0..<256).map { [UInt8($0)] }
    + [
      "\",", "\":", "\": \"", "{\"", "\"}", "},{", "]}", "[[", "\",\"", "true", "null", "12", "-1", ".5",
      "e+", " \"", "\\u00", "id", "name", "é", "日", "\n  ",
    ]
    .map { Array($0.utf8) } + [[0xE6, 0x97], [0xA5, 0x22], [0xF0, 0x9F]]
  static let trie = TokenTrie(vocabularySize: vocabulary.count + 1, endTokens: [Int32(vocabulary.count)]) {
    $0 < vocabulary.count ? vocabulary[Int($0)][...] : []
  }

  private let tokens: TokenGrammar
  private var numbers: SeededNumbers
  /// What was drawn last, whether it ended or not.
  private(set) var latest: [UInt8] = []

  init(_ grammar: Grammar, seed: UInt64) throws {
    tokens = try TokenGrammar(grammar, trie: Self.trie)
    numbers = SeededNumbers(state: seed)
  }

  /// A text that ended; after some tokens what closes its parts is preferred, so that each does.
  mutating func next() -> [UInt8]? {
    var (text, position) = ([UInt8](), tokens.start)
    defer { latest = text }
    let end = Int32(Self.vocabulary.count)
    for step in 0..<4000 {
      let mask = tokens.mask(at: position)
      let admitted = (0...end).filter(mask.contains)
      let closing = ["\"", "}", "]"].compactMap(\.utf8.first).map(Int32.init).first(where: mask.contains)
      if mask.contains(end), admitted.count == 1 || step > 20 || Bool.random(using: &numbers) { return text }
      guard let drawn = admitted.filter({ $0 != end }).randomElement(using: &numbers) else { return nil }
      // An even draw would hardly ever find what a pattern asks for; and what closes may stand within a string too.
      let plain = ["a", "1"].compactMap(\.utf8.first).map(Int32.init).filter(mask.contains)
      let preferred =
        Int.random(in: 0..<3, using: &numbers) > 0 ? closing : plain.randomElement(using: &numbers)
      let token = step > 20 && Int.random(in: 0..<4, using: &numbers) > 0 ? preferred ?? drawn : drawn
      text += Self.vocabulary[Int(token)]
      position = tokens.position(after: token, at: position)
    }
    return nil
  }
}

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

/// The schemas of `Golden/schemas.json`.
enum Schemas200 {
  static let all: [JSONValue] = {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Golden/schemas.json")
    guard let bytes = try? Data(contentsOf: path),
      case .array(let schemas)? = try? JSONParser.parse(Array(bytes))
    else {
      return []
    }
    return schemas
  }()
}
