import Testing

@testable import Grammars

@Suite("GBNF")
struct GBNFTests {
  @Test(
    "what a grammar accepts",
    arguments: [
      (#"root ::= "yes" | "no""#, ["yes", "no"], ["y", "yesno", ""]),
      (#"root ::= [a-c]+ "-" [^a-c\n]?"#, ["a-", "abc-z", "b-é"], ["-", "a-a", "a-zz"]),
      ("root ::= item*\nitem ::= \"x\" # a comment\n  \n", ["", "x", "xxx"], ["y"]),
      ("root ::= (\n \"a\" |\n \"b\"\n){2,3}", ["ab", "bab"], ["a", "abab"]),
      (#"root ::= "a"{2} "b"{1,} "c"{0,1}"#, ["aab", "aabbc"], ["ab", "aac"]),
      (#"root ::= "\x41\u00e9\U0001F600\n\t\"\\""#, ["Aé😀\n\t\"\\"], ["A"]),
      (#"root ::= . [\]\-^]"#, ["x]", "é-", "\n^"], ["]", "xx"]),
      (
        "root ::=\n  \"{\" ws (\n    pair (\",\" ws pair)*\n  )? \"}\"\npair ::= [a-z] \":\" [0-9]\nws ::= \" \"?",
        ["{}", "{ a:1, b:2}"], ["{a:1 }", "{,}"]
      ),
      ("a-1 ::= \"x\"\nroot ::= a-1 a-1", ["xx"], ["x"]),
      ("root ::= " + String(repeating: "[a-c]* ", count: 100), ["", "abc"], ["d"]),
      (
        (1...99).map { "r\($0) ::= r\($0 + 1) \"x\"?\n" }.joined() + "r100 ::= \"y\"\nroot ::= r1", ["yxx"],
        ["x"]
      ),
      // In these each alternative was once looked at for each other one.
      ("root ::= \"a\"" + String(repeating: "|", count: 120_000), ["a", ""], ["aa"]),
      (
        "root ::= \"x\" (\"\"" + String(repeating: "|r", count: 60_000) + ")\nr ::= \"a\"?", ["x", "xa"],
        ["xx"]
      ),
    ])
  func accepts(text: String, matching: [String], others: [String]) throws {
    let tokens = try TokenGrammar(GBNFParser.parse(text), trie: .allBytes)
    for text in matching { #expect(tokens.accepts(text) == true, "\(text)") }
    for text in others { #expect(tokens.accepts(text) != true, "\(text)") }
  }

  @Test(
    "what is wrong with a grammar is said",
    arguments: [
      ("", "there is no rule 'root'"),
      ("root ::= x", "there is no rule 'x'"),
      ("root ::= \"a\"\nroot ::= \"b\"", "two rules 'root'"),
      ("root ::= \"a", "line 1 has the end"),
      ("root ::= \"a\"\nroot = 1", "line 2 has '='"),
      ("root ::= (\"a\"", "line 1 has the end where ')'"),
      (#"root ::= "\q""#, "line 1 has 'q'"),
      ("root ::= [z-a]", "a range that ascends"),
      ("root ::= \"a\"{3,2}", "the larger one second"),
      ("root ::= \"a\"{99999}", "a number up to 2000"),
      ("root ::= root \"a\" | \"a\"", "comes to itself"),
      ("root ::= \"x\" l\nl ::= m? l \"b\" | \"b\"\nm ::= \"a\"", "'l' comes to itself"),
      ("root ::= \"a\" root", "no text matches"),
      ("root ::= []", "no text matches"),
      ("root ::= ((\"a\"{2000}){2000}){2000}", "more than 65536 states"),
      ("root ::= " + String(repeating: "(", count: 9999), "within each other"),
      ("root ::= \"a\"" + String(repeating: "?", count: 9999), "within each other"),
      ("root ::= (\"\"{2000}){2000} x", "no rule 'x'"),
      ("root ::= " + String(repeating: ".", count: 130_000), "more than 131072 parts"),
      ("root ::= " + String(repeating: "[^a]", count: 100_000), "more than 131072 parts"),
      ("root ::= \"a\"" + String(repeating: "|", count: 140_000), "more than 131072 parts"),
      ((0..<140_000).map { "r\($0)::=\"\"\n" }.joined(), "more than 131072 parts"),
      (
        "root ::= ((\"a\"" + String(repeating: " \"\"", count: 50_000) + "){2000}){30}",
        "repeated counted again"
      ),
    ])
  func refuses(text: String, saying message: String) {
    let error = #expect(throws: GrammarError.self) {
      _ = try TokenGrammar(GBNFParser.parse(text), trie: .allBytes)
    }
    #expect(error?.description.contains(message) == true, "\(String(describing: error))")
  }

  @Test(
    "an error holds no more of a rule's name than helps",
    arguments: ["root ::= NAME", "NAME ::= \"a\"\nNAME ::= \"b\"", "root ::= NAME\nNAME ::= NAME"])
  func cutsNames(text: String) {
    let text = text.replacing("NAME", with: String(repeating: "x", count: 100_000))
    let error = #expect(throws: GrammarError.self) {
      _ = try TokenGrammar(GBNFParser.parse(text), trie: .allBytes)
    }
    #expect(error.map { $0.description.utf8.count < 300 } == true)
  }

  @Test("any bytes are either a grammar or an error, in bounded time: mutations of one that uses everything")
  func mutations() {
    let seed = Array(#"root ::= "a\x41" [^a-z\]] (b | .)* {1,3} # c"#.utf8)
    var numbers = SeededNumbers(state: 7)
    for _ in 0..<3000 {
      var bytes = seed
      for _ in 0..<Int.random(in: 1...6, using: &numbers) {
        let place = Int.random(in: bytes.indices, using: &numbers)
        switch Int.random(in: 0..<3, using: &numbers) {
        case 0: bytes[place] = seed.randomElement(using: &numbers) ?? 0
        case 1: bytes.insert(seed.randomElement(using: &numbers) ?? 0, at: place)
        default: if bytes.count > 1 { bytes.remove(at: place) }
        }
      }
      _ = try? TokenGrammar(GBNFParser.parse(String(decoding: bytes, as: UTF8.self)), trie: .allBytes)
    }
  }
}
