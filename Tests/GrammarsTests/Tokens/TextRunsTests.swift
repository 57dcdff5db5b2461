import Testing

@testable import Grammars

@Suite("Parts of a vocabulary that are admitted as a whole")
struct TextRunsTests {
  /// Tokens of parts of characters, letters and signs, so that parts of the tree hold any mixture of them; no two are equal.
  private static let vocabulary: [[UInt8]] = {
    var numbers = SeededNumbers(state: 11)
    let pieces: [[UInt8]] =
      ["a", "b", "e", "Z", "7", " ", "\"", "\\", "\n", "é", "日", "本", "🌊"].map { Array($0.utf8) }
      + [[0xC3], [0xA9], [0xE6], [0xE6, 0x97], [0xA5], [0xF0, 0x9F], [0xC0], [0xED, 0xA0, 0x80], [0xFF]]
    var tokens = Set(pieces)
    while tokens.count < 3000 {
      let count = Int.random(in: 1...7, using: &numbers)
      tokens.insert((0..<count).flatMap { _ in pieces.randomElement(using: &numbers) ?? [] })
    }
    tokens.insert(Array(repeating: 0x20, count: 60))
    return tokens.sorted { $0.lexicographicallyPrecedes($1) }
  }()

  private static let escape = #"[^"\\\x00-\x1f] | "\\" ["n]"#

  @Test(
    "tokens are admitted together if and only if each would be alone",
    arguments: [
      #"root ::= "\"" (\#(Self.escape))* "\"""#, #"root ::= "\"" (\#(Self.escape)){0,40} "\"""#,
      #"root ::= "\"" (\#(Self.escape)){3,6} "\"""#, #"root ::= "\"" [a-e]* "\"""#,
      // Copies that are alike, for tokens of up to 60 bytes, and some that are not.
      #"root ::= "\"" (\#(Self.escape)){0,90} "\"""#, #"root ::= "\"" (\#(Self.escape)){64,70} "\"""#,
      #"root ::= " "{0,68} ("a" | "\"" " "{65,130} "b"){0,3}"#,
      #"root ::= item{0,70} "Z"\#nitem ::= "a" | " " "é"{0,70} | "e" item{66,67}"#,
    ])
  func together(grammar: String) throws {
    let tokens = try TokenGrammar(GBNFParser.parse(grammar), trie: TokenTrie(Self.vocabulary))
    var numbers = SeededNumbers(state: 3)
    for _ in 0..<4 {
      var position = tokens.start
      for _ in 0..<5 {
        let mask = tokens.mask(at: position)
        let next = Self.vocabulary.indices.map { tokens.position(after: Int32($0), at: position) }
        let wrong = next.indices.filter { mask.contains(Int32($0)) == next[$0].isDead }
        #expect(wrong.isEmpty, "\(wrong.prefix(3).map { Self.vocabulary[$0] })")
        guard let chosen = next.filter({ !$0.isDead }).randomElement(using: &numbers) else { break }
        position = chosen
      }
    }
  }

  @Test(
    "in a string a run is as long as its characters are left, of all but quotes, escapes and control characters"
  )
  func runs() throws {
    let automaton = try Automaton(GBNFParser.parse(#"root ::= "\"" (\#(Self.escape)){0,9} "\"""#))
    var configurations = Configurations(automaton)
    var runs = TextRuns()
    #expect(runs.run(from: configurations.start, &configurations).length == 0)
    var place = configurations.step(configurations.start, byte: UInt8(ascii: "\""))
    for left in stride(from: 9, through: 1, by: -1) {
      let run = runs.run(from: place, &configurations)
      #expect(run.length == left)
      #expect(run.groups & TextGroups.beyondASCII != 0 && run.groups & TextGroups.illFormed == 0)
      for (character, isThere) in [("a", true), (" ", true), ("\"", false), ("\\", false), ("\n", false)] {
        let byte = try #require(character.utf8.first)
        let group = TextGroups.ofASCII[Int(byte)]
        #expect((run.groups & group != 0) == isThere, "\(character)")
      }
      place = configurations.step(place, byte: UInt8(ascii: "a"))
    }
  }
}
