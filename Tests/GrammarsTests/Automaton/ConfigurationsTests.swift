import Testing

@testable import Grammars

@Suite("Places in a grammar")
struct ConfigurationsTests {
  @Test("alternatives that no text matches are left out of the states")
  func endless() throws {
    let automaton = try Automaton(
      GBNFParser.parse(#"root ::= f "a" | [] | "b" root []\#nf ::= "x" | [] | []"#))
    for case .fork(let targets) in automaton.states {
      #expect(targets.allSatisfy { automaton.heights[Int($0)] <= Automaton.depthLimit })
    }
  }

  /// Thousands of stacks, under each of which thousands of calls lie too deep to be closed once some spaces have come.
  private static let manyRejected: String = {
    let deep = (1..<150).map { "r\($0) ::= r\($0 + 1) \"y\"\n" }.joined() + "r150 ::= \"y\"\n"
    let stacks = Array(repeating: #"f "a""#, count: 2700).joined(separator: " | ")
    let calls = String(repeating: "r1 | ", count: 20_000)
    // What comes last is followed first, before there are too many places.
    return deep + #"root ::= \#(stacks) | " " root "z""# + "\nf ::= \(calls) \"x\""
  }()

  @Test("places that are met again, or lie too deep, count as visits, and those of a step are bounded")
  func boundsSteps() throws {
    var configurations = Configurations(try Automaton(GBNFParser.parse(Self.manyRejected)))
    var place = configurations.start
    for _ in 0..<20 {
      let before = configurations.visits
      place = configurations.step(place, byte: UInt8(ascii: " "))
      #expect((20_000...110_000).contains(configurations.visits - before))
    }
    #expect(configurations.step(place, byte: UInt8(ascii: "x")) != Configurations.dead)
  }

  @Test("a walk ends at its limit of visits where no token is admitted, too")
  func boundsDeadSteps() throws {
    let letters = "bcdfghijklmnopqrstuvwxyz".map { "\($0)" }
    let places = Array(repeating: #""a""#, count: 5000).joined(separator: " | ")
    let behind = letters.map { "\"\($0)\"" }.joined(separator: " | ")
    let automaton = try Automaton(GBNFParser.parse("root ::= (\(places)) (\(behind))"))
    let trie = TokenTrie(letters)
    for (limit, isWhole) in [(1000, false), (100_000, true)] {
      var configurations = Configurations(automaton)
      var (runs, mask) = (TextRuns(), TokenMask(vocabularySize: trie.vocabularySize))
      let triesAll = trie.walk(
        from: configurations.start, classes: automaton.classes, &configurations, &runs, visitLimit: limit,
        byteLimit: .max, into: &mask)
      #expect(triesAll == isWhole)
      #expect(mask.isEmpty)
    }
  }

  @Test("what a configuration means is the same elsewhere, for thousands of places that share their stacks")
  func meaning() throws {
    let automaton = try Automaton(GBNFParser.parse(#"root ::= "a" | "a" root root | "a" root root root"#))
    var here = Configurations(automaton)
    var place = here.start
    for _ in 0..<40 { place = here.step(place, byte: UInt8(ascii: "a")) }
    let (places, frames) = here.meaning(of: place)
    #expect(places.count > 1000)
    var elsewhere = Configurations(automaton)
    let number = elsewhere.number(of: places, frames: frames)
    let (same, theirFrames) = elsewhere.meaning(of: number)
    #expect(Self.stacks(same, theirFrames) == Self.stacks(places, frames))
    #expect(theirFrames.count <= frames.count)
  }

  /// Each place as its state, and the states of its stack from the top down.
  private static func stacks(_ places: [Configurations.Place], _ frames: [Stacks.Frame]) -> Set<[Int32]> {
    Set(
      places.map { place in
        var (states, stack) = ([place.state], place.stack)
        while stack != Stacks.bottom {
          states.append(frames[Int(stack)].state)
          stack = frames[Int(stack)].below
        }
        return states
      })
  }
}
