import Testing

@testable import Grammars

@Suite("Masks")
struct TokenMaskTests {
  /// All texts of up to three letters, and a token that ends.
  static let vocabulary: [[UInt8]] = {
    let letters = Array("abc".utf8).map { [$0] }
    let pairs = letters.flatMap { first in letters.map { first + $0 } }
    return letters + pairs + pairs.flatMap { first in letters.map { first + $0 } } + [Array("a".utf8)]
  }()

  @Test(
    "a token is admitted if and only if text and token begin a text of the grammar: random grammars against Earley's recogniser",
    arguments: 0..<40)
  func agreesWithEarley(seed: Int) throws {
    var numbers = SeededNumbers(state: UInt64(seed))
    let trie = TokenTrie(Self.vocabulary)
    let end = Int32(Self.vocabulary.count)
    var compared = 0
    while compared < 10 {
      let grammar = Grammar.random(&numbers)
      let reference = Earley(grammar)
      let tokens: TokenGrammar
      do { tokens = try TokenGrammar(grammar, trie: trie) } catch {
        if case .unmatchable = error { #expect(!reference.recognise([]).isPrefix, "\(grammar)") }
        continue
      }
      compared += 1
      var (text, position) = ([UInt8](), tokens.start)
      for _ in 0..<4 {
        let mask = tokens.mask(at: position)
        let wanted = Self.vocabulary.map { reference.recognise(text + $0).isPrefix }
        #expect(
          Self.vocabulary.indices.map { mask.contains(Int32($0)) } == wanted, "\(grammar) after \(text)")
        #expect(mask.contains(end) == reference.recognise(text).isText, "\(grammar) after \(text)")
        guard let token = wanted.indices.filter({ wanted[$0] }).randomElement(using: &numbers) else { break }
        text += Self.vocabulary[token]
        position = tokens.position(after: Int32(token), at: position)
      }
    }
  }

  @Test("a text that leaves the grammar, or has ended, admits end tokens alone")
  func nothingAfterTheEnd() throws {
    let tokens = try TokenGrammar(Grammar(.text("ab")), trie: TokenTrie(Self.vocabulary))
    let end = Int32(Self.vocabulary.count)
    for token in [1, end] {
      let position = tokens.position(after: token, at: tokens.start)
      #expect(position.isDead)
      #expect(tokens.mask(at: position).words.map(\.nonzeroBitCount).reduce(0, +) == 1)
      #expect(tokens.mask(at: position).contains(end))
    }
  }

  @Test("nesting goes as deep as calls may be open, and can be closed from there")
  func deepNesting() throws {
    let grammar = try GBNFParser.parse(#"root ::= "a" | "(" root ")""#)
    let tokens = try TokenGrammar(grammar, trie: .allBytes)
    var position = tokens.start
    var depth = 0
    let (open, close, a) = (Int32(UInt8(ascii: "(")), Int32(UInt8(ascii: ")")), Int32(UInt8(ascii: "a")))
    while tokens.mask(at: position).contains(open) {
      position = tokens.position(after: open, at: position)
      depth += 1
    }
    #expect(depth == Int(Automaton.depthLimit))
    position = tokens.position(after: a, at: position)
    for _ in 0..<depth {
      #expect(tokens.mask(at: position).contains(close))
      position = tokens.position(after: close, at: position)
    }
    #expect(position.canEnd)
  }

  @Test("positions outlive what was found out: masks are the same after it was thrown away")
  func positionsOutliveFindings() throws {
    // Each nesting of two kinds of brackets is a configuration of its own: their number has no bound.
    let grammar = try GBNFParser.parse(##"root ::= ("(" root ")" | "[" root "]" | [a-z])+"##)
    let tokens = try TokenGrammar(grammar, trie: .allBytes)
    var kept = tokens.start
    for byte in "([".utf8 { kept = tokens.position(after: Int32(byte), at: kept) }
    let mask = tokens.mask(at: kept)
    var numbers = SeededNumbers(state: 1)
    var position = tokens.start
    for step in 0..<60_000 {
      // Half of each way up and down the nesting.
      let isUp = step / 120 % 2 == 0
      let wish = isUp ? (Bool.random(using: &numbers) ? "(" : "[") : "a"
      var token = Int32(wish.utf8.first ?? 0)
      let admitted = tokens.mask(at: position)
      if !isUp, admitted.contains(Int32(UInt8(ascii: ")"))) { token = Int32(UInt8(ascii: ")")) }
      if !isUp, admitted.contains(Int32(UInt8(ascii: "]"))) { token = Int32(UInt8(ascii: "]")) }
      if !admitted.contains(token) { token = Int32(UInt8(ascii: "a")) }
      position = tokens.position(after: token, at: position)
      #expect(!position.isDead)
    }
    #expect(position.generation > 0)
    #expect(tokens.mask(at: kept) == mask)
  }

  @Test("an ambiguous grammar of exponentially many readings takes bounded time, and admits nothing wrong")
  func manyReadings() throws {
    let grammar = try GBNFParser.parse(#"root ::= "a" | "a" root root | "a" root root root | "b" root"#)
    let tokens = try TokenGrammar(grammar, trie: TokenTrie(Self.vocabulary))
    var position = tokens.start
    for _ in 0..<100 {
      let mask = tokens.mask(at: position)
      #expect(mask.contains(0) && !mask.contains(2))
      position = tokens.position(after: 0, at: position)
    }
  }
}
