import Testing

@testable import Grammars

@Suite("Places that are alike")
struct AlikesTests {
  private static let longestText = 7

  /// The number that stands for each place after so many characters of a string of up to `most`.
  private static func numbers(most: Int, _ grammar: String) throws -> [Int32] {
    let automaton = try Automaton(
      GBNFParser.parse(grammar.replacing("MOST", with: "\(most)")), longestText: longestText)
    var configurations = Configurations(automaton)
    var place = configurations.step(configurations.start, byte: UInt8(ascii: "<"))
    return (0..<most).map { _ in
      defer { place = configurations.step(place, byte: UInt8(ascii: "a")) }
      return configurations.alike(place)
    }
  }

  @Test(
    "far from the end of many copies all places are one, and near it none",
    arguments: [
      #"root ::= "<" [a-z]{0,MOST} ">""#, #"root ::= "<" [a-z]{MOST} ">""#,
      ##"root ::= "<" item{0,MOST} ">"\##nitem ::= "a" | "é" item"##,
    ])
  func far(grammar: String) throws {
    let numbers = try Self.numbers(most: 100, grammar)
    let far = numbers.prefix(100 - Self.longestText - 4)
    #expect(Set(far).count == 1)
    let near = numbers.suffix(Self.longestText)
    #expect(Set(near).count == Self.longestText && Set(near).isDisjoint(with: far))
  }

  @Test("each rule is looked into once, however often others name it")
  func manyNames() throws {
    let many = { (part: Expression) in Expression.choice(Array(repeating: part, count: 10_000)) }
    let rules = [
      .repeated(.rule(1), least: 200, most: 200), many(.rule(2)), many(.rule(3)), many(.text("a")),
    ]
    let grammar = Grammar(rules: rules.map { Grammar.Rule(name: "rule", expression: $0) }, root: 0)
    // To look into each name would take hours.
    let alikes = try Automaton(grammar, longestText: Self.longestText).alikes
    #expect(!alikes.isEmpty)
  }

  @Test(
    "copies that may be empty, and few ones, are not alike",
    arguments: [(100, #"root ::= "<" ([a-z]?){0,MOST} ">""#), (8, #"root ::= "<" [a-z]{0,MOST} ">""#)])
  func none(most: Int, grammar: String) throws {
    let automaton = try Automaton(
      GBNFParser.parse(grammar.replacing("MOST", with: "\(most)")), longestText: Self.longestText)
    #expect(automaton.alikes.isEmpty)
  }
}
