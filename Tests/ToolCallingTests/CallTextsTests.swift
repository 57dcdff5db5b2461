import OpenAIAPI
import Schemas
import Testing

@testable import Grammars
@testable import ToolCalling

/// A vocabulary of bytes, and of the texts that may be control tokens of a model.
private enum Bytes {
  static let controls = ["<tool_call>", "</tool_call>", "<|python_tag|>", "[TOOL_CALLS]", "[ARGS]"]
  static let end = Int32(256 + controls.count)

  static func trie(hasControls: Bool) -> TokenTrie {
    TokenTrie(vocabularySize: Int(end) + 1, endTokens: [end]) { token in
      switch token {
      case 0..<Int32(ControlToken.mark): [UInt8(token)]
      case 256..<end where hasControls: ControlToken.bytes(controls[Int(token) - 256].utf8)[...]
      default: []
      }
    }
  }

  /// The tokens as the text that a client's parser gets.
  static func text(_ tokens: [Int32]) -> String {
    String(
      decoding: tokens.flatMap { $0 < 256 ? [UInt8($0)] : Array(controls[Int($0) - 256].utf8) }, as: UTF8.self
    )
  }
}

@Suite("Texts that are calls and nothing else")
struct CallTextsTests {
  private static let schemas: [(name: String, schema: JSONValue)] = [
    ("clock", ["type": "object", "properties": [:]]),
    (
      "get_weather",
      [
        "type": "object", "required": ["city"],
        "properties": [
          "city": ["type": "string", "maxLength": 9],
          "days": ["type": "integer", "minimum": 1, "maximum": 9],
        ],
      ]
    ),
  ]

  private static func grammar(
    _ format: ToolCallFormat, isSingle: Bool, hasControls: Bool
  ) throws -> TokenGrammar {
    var rules = SchemaRules()
    var functions: [CallTexts.Function] = []
    for (name, schema) in schemas {
      functions.append(CallTexts.Function(name: name, arguments: try rules.rule(name, of: schema)))
    }
    let texts = CallTexts(format, space: rules.space, controls: hasControls ? Set(Bytes.controls) : [])
    return try TokenGrammar(
      rules.grammar(texts.calls(of: functions, isSingle: isSingle)),
      trie: Bytes.trie(hasControls: hasControls))
  }

  /// A text that ends as soon as a coin says so.
  private static func draw(_ grammar: TokenGrammar, _ numbers: inout SeededGenerator) -> [Int32]? {
    var (tokens, position) = ([Int32](), grammar.start)
    while tokens.count < 3000 {
      let mask = grammar.mask(at: position)
      let admitted = (0...Bytes.end).filter(mask.contains)
      if mask.contains(Bytes.end), admitted.count == 1 || Bool.random(using: &numbers) { return tokens }
      // What closes strings and objects comes more often than evenly, or texts would hardly end.
      let closing = "\"}]".utf8.map(Int32.init).filter(mask.contains)
      let preferred =
        Int.random(in: 0..<3, using: &numbers) == 0 ? closing.randomElement(using: &numbers) : nil
      guard let token = preferred ?? admitted.filter({ $0 != Bytes.end }).randomElement(using: &numbers)
      else { return nil }
      tokens.append(token)
      position = grammar.position(after: token, at: position)
    }
    return nil
  }

  @Test(
    "every text is read as calls of the functions with arguments of their schemas, and as nothing else",
    arguments: ToolCallFormat.allCases, [false, true])
  func parsed(format: ToolCallFormat, hasControls: Bool) throws {
    var numbers = SeededGenerator(state: 7)
    for isSingle in [false, true] {
      let grammar = try Self.grammar(format, isSingle: isSingle, hasControls: hasControls)
      var (called, most, ended) = (Set<String>(), 0, 0)
      for _ in 0..<200 {
        guard let tokens = Self.draw(grammar, &numbers) else { continue }
        ended += 1
        let text = Bytes.text(tokens)
        let answer = Answer([text], format)
        #expect(answer.text.isEmpty, "\(text)")
        #expect(isSingle ? answer.calls.count == 1 : answer.calls.count >= 1, "\(text)")
        most = max(most, answer.calls.count)
        for call in answer.calls {
          called.insert(call.name)
          guard case .object(let arguments) = try JSONParser.parse(Array(call.arguments.utf8)) else {
            Issue.record("\(call.arguments) is no object")
            continue
          }
          switch call.name {
          case "clock": #expect(arguments.names.isEmpty)
          case "get_weather":
            guard case .string(let city) = arguments["city"] else {
              Issue.record("\(call.arguments) has no city")
              continue
            }
            #expect(city.unicodeScalars.count <= 9 && Set(arguments.names).isSubset(of: ["city", "days"]))
          default: Issue.record("there is no function \(call.name)")
          }
        }
      }
      #expect(ended > 150 && called == ["clock", "get_weather"])
      #expect(isSingle || most > 1)
    }
  }

  @Test("what models write is among them", arguments: ["\n", " ", ""])
  func written(space: String) throws {
    let call = #"{"name": "get_weather", "@": {"city": "Zürich"}}"#
    let arguments = call.replacing("@", with: "arguments")
    let texts: [(ToolCallFormat, String)] = [
      (
        .hermes,
        "<tool_call>\(space)\(arguments)\(space)</tool_call>\(space)<tool_call>\(arguments)</tool_call>"
      ),
      (.llama, call.replacing("@", with: "parameters")),
      (.mistral, "[TOOL_CALLS]\(space)[\(arguments), \(arguments)]"),
      (.mistral, #"[TOOL_CALLS]get_weather[ARGS]{"city": "Bern"}[TOOL_CALLS]clock[ARGS]{}"#),
      (.json, arguments), (.json, "[\(arguments),\(space)\(arguments)]"),
    ]
    for (format, text) in texts {
      let grammar = try Self.grammar(format, isSingle: false, hasControls: false)
      let end = text.utf8.reduce(grammar.start) { grammar.position(after: Int32($1), at: $0) }
      #expect(end.places.contains { $0.state == Automaton.end }, "\(format): \(text)")
    }
  }

  @Test("a mark that the vocabulary has a control token for comes as that, and never within a string")
  func controls() throws {
    let grammar = try Self.grammar(.hermes, isSingle: true, hasControls: true)
    let open = Int32(256)
    let first = grammar.mask(at: grammar.start)
    #expect((0...Bytes.end).filter(first.contains) == [open])
    var position = grammar.position(after: open, at: grammar.start)
    for byte in #"{"name":"get_weather","arguments":{"city":""#.utf8 {
      position = grammar.position(after: Int32(byte), at: position)
    }
    let inString = grammar.mask(at: position)
    #expect(
      inString.contains(0x61) && inString.contains(Int32(UInt8(ascii: "<"))) && !inString.contains(open))
  }
}
