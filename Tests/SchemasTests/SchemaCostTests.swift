@testable import Grammars
import OpenAIAPI
import Testing

@testable import Schemas

@Suite("What schemas cost")
struct SchemaCostTests {
  @Test(
    "a schema that comes to too much is refused for its size, before it is made",
    arguments: [
      CostlySchema("alternatives of a pattern") { string(pattern: String(repeating: "|", count: 300_000)) },
      CostlySchema("patterns of many properties") {
        object(20) { _ in string(pattern: String(repeating: ".", count: 16_000)) }
      },
      CostlySchema("a set of many ranges") {
        string(pattern: "[" + (0..<27_000).map { "\\u\(hex(0x100 + 2 * $0))" }.joined() + "]")
      },
      CostlySchema("bounded numbers") {
        ["anyOf": list(20_000) { ["type": "number", "minimum": .number(Double($0) + 0.5)] }]
      },
      CostlySchema("schemas without a type") { ["anyOf": list(20_000) { _ in [:] }] },
      CostlySchema("names") {
        object(1000, prefix: String(repeating: "x", count: 200)) { _ in ["type": "null"] }
      },
      CostlySchema("listed values") { ["enum": list(50_000) { .string("value \($0)") }] },
      CostlySchema("names that others are to be told from") { object(100) { _ in openObject } },
      CostlySchema("a long pointer") {
        ["$ref": .string("#/$defs/" + long), "$defs": .object([long: openObject])]
      },
      CostlySchema("required names, merged") {
        ["allOf": list(200_000) { ["required": [.string("a\($0)")]] }]
      },
      CostlySchema("properties, merged") { ["allOf": list(200_000) { ["properties": ["a\($0)": true]] }] },
      CostlySchema("elements, merged") {
        ["type": "null", "allOf": list(100_000) { ["items": ["minimum": .integer($0)]] }]
      },
      CostlySchema("branches that restate a large part") { restating(100_000) },
      CostlySchema("required names of branches") {
        ["oneOf": [requiring(600_000, "a"), requiring(600_000, "b")]]
      },
      CostlySchema("values of branches") { ["oneOf": list(128) { branch in listing(4000, branch) }] },
    ])
  func refuses(which: CostlySchema) throws {
    let error = #expect(throws: SchemaError.self) { _ = try SchemaGrammar.grammar(of: which.schema()) }
    #expect(error?.problem.contains("more than 131072 parts") == true, "\(String(describing: error))")
  }

  @Test("what is counted of a schema is at least what its rules are made of")
  func countsEverything() throws {
    // What all schemas share is made once and not counted.
    var common = JSONRules()
    _ = (common.anyValue(), common.plainText())
    let shared = size(common.grammar(.empty))
    for schema in Schemas200.all + [object(20) { _ in openObject }, listing(100, 0)] {
      var compiler = SchemaCompiler()
      let start = try compiler.expression(ofDocument: schema)
      let counted = compiler.cost.ofGrammar.looks / GrammarCost.looksPerPart
      #expect(size(compiler.rules.grammar(start)) <= counted + shared, "\(schema)")
    }
  }

  @Test("elements that several parts bound are bounded by all of them")
  func mergesBounds() throws {
    let schema =
      #"{"type":"array","allOf":[{"items":{"minimum":1}},{"items":{"maximum":5}},{"items":{"type":"integer"}}]}"#
    let grammar = try TokenGrammar(
      SchemaGrammar.grammar(of: JSONParser.parse(Array(schema.utf8))), trie: .allBytes)
    #expect(grammar.accepts("[1,5]"))
    for text in ["[0]", "[6]", "[2.5]", "[null]"] { #expect(!grammar.accepts(text), "\(text)") }
  }
}

/// A schema that is made when its test runs, as it is large.
struct CostlySchema: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let schema: @Sendable () -> JSONValue

  init(_ name: String, _ schema: @escaping @Sendable () -> JSONValue) {
    (testDescription, self.schema) = (name, schema)
  }
}

private let long = String(repeating: "x", count: 1 << 18)

/// An object of names that other properties are to be told from.
private let openObject: JSONValue = [
  "type": "object", "additionalProperties": ["type": "null"],
  "properties": .object(members(12, prefix: String(repeating: "y", count: 20)) { _ in ["type": "null"] }),
]

private func size(_ grammar: Grammar) -> Int { grammar.rules.reduce(0) { $0 + $1.expression.size } }

private func string(pattern: String) -> JSONValue { ["type": "string", "pattern": .string(pattern)] }

private func hex(_ number: Int) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}

private func list(_ count: Int, _ element: (Int) -> JSONValue) -> JSONValue {
  .array((0..<count).map(element))
}

private func members(_ count: Int, prefix: String, _ value: (Int) -> JSONValue) -> JSONObject {
  var members = JSONObject()
  for number in 0..<count { members["\(prefix)\(number)"] = value(number) }
  return members
}

private func object(_ count: Int, prefix: String = "p", _ value: (Int) -> JSONValue) -> JSONValue {
  ["type": "object", "properties": .object(members(count, prefix: prefix, value))]
}

/// Branches that each are merged with what stands beside them, which is as large.
private func restating(_ count: Int) -> JSONValue {
  let values = list(count) { .integer($0) }
  return [
    "anyOf": list(1000) { _ in ["$ref": "#/$defs/x"] }, "type": "null", "items": values,
    "$defs": ["x": ["items": values]],
  ]
}

private func requiring(_ count: Int, _ prefix: String) -> JSONValue {
  ["type": "object", "properties": [:], "required": list(count) { .string("\(prefix)\($0)") }]
}

/// A branch of many values of its own.
private func listing(_ count: Int, _ branch: Int) -> JSONValue {
  ["enum": list(count) { .integer(branch * count + $0) }]
}
