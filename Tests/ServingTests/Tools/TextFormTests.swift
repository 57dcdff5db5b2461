import OpenAIAPI
import Testing

@testable import Grammars
@testable import Serving

@Suite("What answers' texts have to be")
struct TextFormTests {
  private func form(_ fields: String) throws -> TextForm? {
    let wanted = try RequestDecoding.chatCompletion(
      Array(#"{"messages": [{"role": "user", "content": "a"}], \#(fields)}"#.utf8))
    let template = try ConversationPrompt(template: NamedTemplates.all["hermes"], tokenizer: tinyTokenizer())
    return TextForm(wanted.parameters.constraint, try wanted.tools.map { try ToolUse($0, template.tools) })
  }

  private let tools = """
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": \
    {"a": {"type": "integer"}}, "required": ["a"]}}}]
    """

  private func accepts(_ form: TextForm, _ text: String) throws -> Bool {
    let trie = TokenTrie(vocabularySize: 257, endTokens: [256]) { $0 < 256 ? [UInt8($0)] : [] }
    let grammar = try TokenGrammar(form.rules(controls: []), trie: trie)
    let end = text.utf8.reduce(grammar.start) { grammar.position(after: Int32($1), at: $0) }
    return end.places.contains { $0.state == Automaton.end }
  }

  @Test("a model that may call functions can do so where its answers are constrained, and either is kept to")
  func callsOrConstraint() throws {
    let schema = #"{"type": "object", "properties": {"b": {"type": "null"}}, "required": ["b"]}"#
    let format = #""response_format": {"type": "json_schema", "json_schema": {"schema": \#(schema)}}"#
    let form = try #require(try self.form("\(tools), \(format)"))
    #expect(form.param == "response_format.json_schema.schema")
    let call = #"<tool_call>{"name":"f","arguments":{"a":1}}</tool_call>"#
    for text in [#"{"b":null}"#, call, call + call] { #expect(try accepts(form, text), "\(text)") }
    let others = ["", "{}", #"{"b":null}\#(call)"#, #"<tool_call>{"name":"f","arguments":{}}</tool_call>"#]
    for text in others { #expect(try !accepts(form, text), "\(text)") }
  }

  @Test("without a constraint only forced calls are a form, and without tools only the constraint")
  func others() throws {
    #expect(try form(tools) == nil)
    guard case .calls? = try form(#"\#(tools), "tool_choice": "required""#) else {
      return #expect(Bool(false), "forced calls are no form")
    }
    guard case .constraint? = try form(#""guided_choice": ["a"], \#(tools), "tool_choice": "none""#) else {
      return #expect(Bool(false), "a constraint beside tools that may not be called is lost")
    }
  }

  @Test("texts of a choice count where they have no characters, too")
  func emptyTexts() throws {
    let texts = Array(repeating: #""""#, count: 20_000).joined(separator: ",")
    let form = try #require(try self.form(#""guided_choice": [\#(texts)]"#))
    #expect(form.byteCount >= 16 * 20_000)
    let error = #expect(throws: APIError.self) { try form.rules(controls: []) }
    #expect(error?.param == "guided_choice" && error?.message.contains("16 more counted for each") == true)
  }
}
