import OpenAIAPI
import Testing

@testable import Grammars
@testable import Schemas

@Suite("Schemas as grammars")
struct SchemaGrammarTests {
  @Test(
    "what a schema admits",
    arguments: [
      (
        #"{"type":"integer","minimum":-12,"maximum":105}"#,
        ["-12", "-1", "0", "9", "10", "99", "100", "105"],
        ["-13", "-0", "106", "007", "1.0", "1000"]
      ),
      (
        #"{"type":"integer","exclusiveMinimum":0}"#, ["1", "999999999999999999"],
        ["0", "-1", "1000000000000000000"]
      ),
      (
        #"{"type":"number","minimum":0.25,"exclusiveMaximum":3}"#,
        ["0.25", "0.3", "0.2500001", "1", "2.99", "2.0"],
        ["0.2", "0", "0.2499", "3", "3.0", "-1"]
      ),
      (
        #"{"type":"number","exclusiveMinimum":-1.5,"maximum":-1.05}"#, ["-1.05", "-1.4999", "-1.1"],
        ["-1.5", "-1", "-1.0499", "1.2"]
      ),
      (
        #"{"type":"number","minimum":1e-05,"maximum":1}"#, ["0.00001", "1", "1.0", "0.5"],
        ["0", "0.000009", "1.01"]
      ),
      (#"{"type":"number"}"#, ["-0.5", "1e5", "12.25E-3", "0"], ["01", ".5", "1.", "+1", "1e"]),
      (
        #"{"type":"string","minLength":1,"maxLength":2}"#, [#""é""#, #""\u00e9\n""#, #""\ud83d\ude00x""#],
        [#""""#, #""abc""#, #""\ud83d""#]
      ),
      (#"{"type":"string","pattern":"^a+$"}"#, [#""a""#, #""aaa""#], [#""""#, #""ba""#, #""ab""#]),
      (
        #"{"type":"string","pattern":"^[^\\s@]+@[^\\s@]+$"}"#, [#""a@b""#, #""é@日""#],
        [#""a\#u{A0}b@c""#, #""a@\#u{2003}""#, #""\#u{3000}@b""#, #""\#u{FEFF}@b""#]
      ),
      (#"{"type":"string","pattern":"^[^\\W]+$"}"#, [#""aZ_9""#], [#""é""#, #""-""#]),
      (#"{"type":"string","pattern":"^[^\\w]+$"}"#, [#""-""#], [#""é""#, #""a""#]),
      (#"{"type":"string","pattern":"^[^\\S]+$"}"#, [#"" ""#], [#""\#u{A0}""#, #""a""#]),
      // Digits of other scripts are some of Python's.
      (#"{"type":"string","pattern":"^\\D$"}"#, [#""é""#], [#""\#u{663}""#, #""3""#]),
      (#"{"type":"string","pattern":"^[^\\d]$"}"#, [#""é""#], [#""\#u{663}""#, #""3""#]),
      (#"{"type":"string","pattern":"^[^\\D]$"}"#, [#""3""#], [#""\#u{663}""#, #""a""#]),
      (#"{"type":"string","pattern":"b"}"#, [#""b""#, #""abc""#, #""\"b""#], [#""a""#]),
      (#"{"enum":["a\"b",1,null,[1]]}"#, [#""a\"b""#, "1", "null", "[1]"], ["2", "[]"]),
      (
        #"{"type":"object","properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"}},"required":["b"]}"#,
        [
          #"{"b":null}"#, #"{"a":null,"b":null}"#, #"{ "b": null, "c":null }"#,
          #"{"a":null,"b":null,"c":null}"#,
        ],
        ["{}", #"{"a":null}"#, #"{"b":null,"a":null}"#, #"{"b":null,}"#, #"{"b":null,"x":null}"#]
      ),
      (
        #"{"properties":{"a":{"const":1}},"additionalProperties":{"const":2}}"#,
        ["{}", #"{"a":1,"b":2}"#, #"{"b":2,"ab":2}"#], [#"{"a":2}"#, #"{"b":2,"a":2}"#, #"{"b":1}"#]
      ),
      (
        #"{"type":"array","items":{"const":1},"minItems":1,"maxItems":3}"#, ["[1]", "[1,1, 1]"],
        ["[]", "[1,1,1,1]", "[1,]"]
      ),
      (
        #"{"prefixItems":[{"const":1},{"const":2}],"items":{"const":3},"minItems":1}"#,
        ["[1]", "[1,2]", "[1,2,3,3]"], ["[]", "[2]", "[1,3]"]
      ),
      (#"{"type":"object"}"#, ["{}", #"{"a":[1,{"b":null}],"c":"d"}"#], ["[]", "1", #"{"a"}"#]),
      (
        ##"{"$ref":"#/$defs/l","$defs":{"l":{"anyOf":[{"type":"null"},{"type":"array","items":{"$ref":"#/$defs/l"},"maxItems":1}]}}}"##,
        ["null", "[[null]]", "[]"], ["[null,null]", "[1]"]
      ),
      (
        #"{"type":"string","format":"date"}"#, [#""2024-02-29""#, #""1999-12-31""#],
        [#""2023-02-29""#, #""1900-02-29""#, #""2024-13-01""#]
      ),
      (#"{"allOf":[{"type":"integer","minimum":1},{"maximum":2}]}"#, ["1", "2"], ["0", "3"]),
      (
        #"{"allOf":[{"type":["integer","string"]},{"type":["null","number"]}]}"#, ["1", "-2"],
        ["1.5", "null", #""a""#]
      ),
      (
        #"{"anyOf":[{"type":"null"},{"type":"object","additionalProperties":false,"minProperties":1}]}"#,
        ["null"], ["{}", #"{"a":1}"#]
      ),
      (#"{"type":"object","maxProperties":0}"#, ["{}", "{ }"], [#"{"a":1}"#]),
      (#"{"type":["object","null"],"maxProperties":0,"minProperties":1}"#, ["null"], ["{}", #"{"a":1}"#]),
      (#"{"type":"object","minProperties":1,"maxProperties":1}"#, [#"{"a":1}"#], ["{}", #"{"a":1,"b":1}"#]),
      (
        #"{"oneOf":[{"type":"object","properties":{"k":{"const":1}},"required":["k"]},{"type":"object","properties":{"k":{"enum":[2,3]}},"required":["k"]}]}"#,
        [#"{"k":1}"#, #"{"k":3}"#], [#"{"k":4}"#, "{}"]
      ),
      (
        #"{"allOf":[{"prefixItems":[{"const":1}],"items":{"type":"integer"}},{"items":true}]}"#,
        ["[1]", "[1,2]"],
        ["[2]", "[1,null]"]
      ),
      (#"{"type":"number","multipleOf":1}"#, ["1", "-5"], ["1.5", "0.1"]),
      (#"{"multipleOf":1}"#, ["1", "null"], ["1.5"]),
      (#"{"enum":[1,1.5,"a"],"multipleOf":1}"#, ["1", #""a""#], ["1.5"]),
      (#"{"allOf":[{"type":"number"},{"multipleOf":1}]}"#, ["1"], ["1.5"]),
      (#"{"oneOf":[{"const":{"a":1}},{"const":{"a":2}}]}"#, [#"{"a":1}"#, #"{"a":2}"#], ["{}"]),
      ("true", ["1", "{}", #"[null,true,"x"]"#], ["tru", "'x'"]),
    ])
  func admits(schema: String, texts: [String], others: [String]) throws {
    let grammar = try TokenGrammar(
      SchemaGrammar.grammar(of: JSONParser.parse(Array(schema.utf8))), trie: .allBytes)
    for text in texts { #expect(grammar.accepts(text), "\(text)") }
    for text in others { #expect(!grammar.accepts(text), "\(text)") }
  }

  @Test(
    "what cannot be kept to is refused with its place",
    arguments: [
      (#"{"not":{}}"#, "not", "'not' cannot be kept to"),
      (
        #"{"properties":{"a":{"items":{"uniqueItems":true}}}}"#, "properties.a.items.uniqueItems",
        "'uniqueItems'"
      ),
      (#"{"type":"integer","multipleOf":5}"#, "multipleOf", "'multipleOf'"),
      (#"{"type":"text"}"#, "type", "one of null, boolean"),
      (#"{"$ref":"http://x/y"}"#, "$ref", "a pointer into the schema"),
      (##"{"$ref":"#/$defs/x"}"##, "$ref", "nothing at '#/$defs/x'"),
      (#"{"pattern":"(?=a)"}"#, "pattern", "looking around"),
      (
        #"{"pattern":"\#(String(repeating: "(", count: 99))"}"#, "pattern",
        "more than 32 groups within each other"
      ),
      (#"{"pattern":"a","maxLength":3}"#, "maxLength", "beside 'pattern'"),
      (#"{"type":"string","format":"isbn"}"#, "format", "known: date"),
      (#"{"oneOf":[{"type":"integer"},{"type":"number"}]}"#, "oneOf", "branches 0 and 1 may both hold"),
      (#"{"enum":[]}"#, "enum", "at least one value"),
      (#"{"anyOf":[{"required":"a"}]}"#, "anyOf[0].required", "a list of names"),
      (
        #"{"oneOf":[{"const":{"a":1,"b":[2]}},{"const":{"b":[2.0],"a":1}}]}"#, "oneOf",
        "branches 0 and 1 may both hold"
      ),
      (#"{"minLength":-1}"#, "minLength", "a whole number from 0"),
      ("3", "", "an object or a boolean, found an integer"),
      (#"{"allOf":[{"additionalProperties":false},{"properties":{"a":true}}]}"#, "", "speaks of 'a'"),
      (#"{"minimum":1e300}"#, "minimum", "digits"),
      (#"{"allOf":[{"prefixItems":[{"type":"string"}]},{"items":{"type":"integer"}}]}"#, "", "'prefixItems'"),
      (#"{"allOf":[{"type":"null"},{"type":"text"}]}"#, "type", "one of null, boolean"),
      (
        #"{"oneOf":[{"type":"object","properties":{"k":{"const":1}},"required":["k"]},{"type":"object","properties":{"k":{"const":1.0}},"required":["k"]}]}"#,
        "oneOf", "branches 0 and 1 may both hold"
      ),
    ])
  func refuses(schema: String, path: String, problem: String) throws {
    let value = try JSONParser.parse(Array(schema.utf8))
    let error = #expect(throws: SchemaError.self) { _ = try SchemaGrammar.grammar(of: value) }
    #expect(error?.path == path)
    #expect(error?.problem.contains(problem) == true, "\(String(describing: error))")
  }

  @Test(
    "an error holds no more of a client's names than helps",
    arguments: [
      #"{"properties":{"NAME":{"not":{}}}}"#, ##"{"$ref":"#/NAME"}"##, #"{"type":"string","format":"NAME"}"#,
      #"{"allOf":[{"additionalProperties":false},{"properties":{"NAME":true}}]}"#,
    ])
  func cutsNames(schema: String) throws {
    let name = String(repeating: "x", count: 100_000)
    let value = try JSONParser.parse(Array(schema.replacing("NAME", with: name).utf8))
    let error = #expect(throws: SchemaError.self) { _ = try SchemaGrammar.grammar(of: value) }
    #expect(error.map { $0.description.utf8.count < 1000 && $0.path.utf8.count < 300 } == true)
  }

  @Test(
    "schemas without end, or of exponentially many parts, are refused in bounded time",
    arguments: [
      ##"{"$ref":"#"}"##, ##"{"allOf":[{"$ref":"#"}]}"##,
      ##"{"properties":{"a":{"$ref":"#"}},"required":["a"]}"##,
      ##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}],"type":"object"}"##,
      #"{"type":"array","items":{"type":"string"},"minItems":100000000}"#,
      #"{"type":"string","minLength":9223372036854775807}"#,
      #"{"oneOf":[\#((0..<2000).map { #"{"const":\#($0)}"# }.joined(separator: ","))]}"#,
    ])
  func bounded(schema: String) throws {
    let value = try JSONParser.parse(Array(schema.utf8))
    #expect(throws: (any Error).self) {
      _ = try TokenGrammar(SchemaGrammar.grammar(of: value), trie: .allBytes)
    }
  }

  @Test("a schema of doubling references is refused for its size")
  func doubling() throws {
    var definitions: JSONObject = ["d0": ["type": "null"]]
    for level in 1...40 {
      let below: JSONValue = ["$ref": .string("#/$defs/d\(level - 1)"), "minLength": 1]
      definitions["d\(level)"] = ["anyOf": [below, below]]
    }
    let schema: JSONValue = ["$ref": "#/$defs/d40", "minLength": 1, "$defs": .object(definitions)]
    let error = #expect(throws: SchemaError.self) { _ = try SchemaGrammar.grammar(of: schema) }
    #expect(error?.problem.contains("parts") == true)
  }
}

extension TokenTrie {
  static let allBytes = TokenTrie(vocabularySize: 257, endTokens: [256]) { $0 < 256 ? [UInt8($0)] : [] }
}

extension TokenGrammar {
  func accepts(_ text: String) -> Bool {
    var position = start
    for byte in text.utf8 { position = self.position(after: Int32(byte), at: position) }
    return position.places.contains { $0.state == Automaton.end }
  }
}
