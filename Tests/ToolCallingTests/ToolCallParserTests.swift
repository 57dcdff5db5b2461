import Testing

@testable import ToolCalling

/// What a client puts together from an answer's pieces.
struct Answer: Equatable {
  struct Call: Equatable {
    var name: String
    var arguments = ""
  }

  var text = ""
  var calls: [Call] = []

  init(text: String = "", calls: [(String, String)] = []) {
    self.text = text
    self.calls = calls.map { Call(name: $0.0, arguments: $0.1) }
  }

  /// The answer that these parts of a text, or the whole of it, make.
  init(_ parts: [String], _ format: ToolCallFormat, isParallel: Bool = true) {
    var parser = ToolCallParser(
      format, tools: ["get_weather", "clock", "python", "brave_search"], isParallel: isParallel)
    for part in parts { take(parser.push(part)) }
    take(parser.finish())
  }

  private mutating func take(_ pieces: [ToolCallParser.Piece]) {
    for piece in pieces {
      switch piece {
      case .text(let text): self.text += text
      case .begin(let name): calls.append(Call(name: name))
      case .arguments(let text): calls[calls.count - 1].arguments += text
      }
    }
  }
}

/// An answer as models write it, and what it says.
struct Written: CustomStringConvertible {
  let format: ToolCallFormat
  let written: String
  let answer: Answer

  var description: String { "\(format): \(written)" }

  init(_ format: ToolCallFormat, _ written: String, text: String = "", _ calls: (String, String)...) {
    self.format = format
    self.written = written
    answer = Answer(text: text, calls: calls)
  }
}

@Suite("Tool calls in a model's text")
struct ToolCallParserTests {
  static let calls: [Written] = [
    Written(
      .hermes,
      "<tool_call>\n{\"name\": \"get_weather\", \"arguments\": {\"city\": \"Zürich\", \"days\": 2}}\n</tool_call>",
      ("get_weather", #"{"city": "Zürich", "days": 2}"#)),
    Written(
      .hermes,
      "I shall look.\n\n<tool_call>\n{\"arguments\": {\"a\": [1, {\"b\": \"}\\\"]\"}]}, \"name\": \"f\"}\n</tool_call>\n<tool_call>\n"
        + "{\"name\": \"clock\"}\n</tool_call>\n",
      text: "I shall look.", ("f", #"{"a": [1, {"b": "}\"]"}]}"#), ("clock", "{}")),
    Written(
      .hermes, #"<think>Which?</think><tool_call>{"name":"f","arguments":"{\"x\": 1}"}</tool_call>"#,
      text: "<think>Which?</think>", ("f", #"{"x": 1}"#)),
    Written(.hermes, #"<tool_call>{"name": "f", "arguments": null}"#, ("f", "{}")),
    Written(
      .hermes,
      "<tool_call>\n{\"name\": \"f\", \"arguments\": {}}\n{\"name\": \"g\", \"arguments\": {}}\n</tool_call>",
      ("f", "{}"), ("g", "{}")),
    Written(
      .llama, #"{"name": "get_weather", "parameters": {"city": "Bern"}}"#,
      ("get_weather", #"{"city": "Bern"}"#)),
    Written(
      .llama,
      #" {"type": "function", "name": "clock", "parameters": {}}; {"name": "get_weather", "parameters": {"city": "x"}}"#,
      ("clock", "{}"), ("get_weather", #"{"city": "x"}"#)),
    Written(.llama, #"<|python_tag|>{"name": "other", "parameters": {"q": "1"}}"#, ("other", #"{"q": "1"}"#)),
    Written(
      .llama, #"<|python_tag|>brave_search.call(query="rain, \"now\"", n="2")"#,
      ("brave_search", #"{"query":"rain, \"now\"","n":"2"}"#)),
    // A call in form only: no such function was offered, but a tool that takes code.
    Written(.llama, "<|python_tag|>job.call()", ("python", #"{"code":"job.call()"}"#)),
    Written(.llama, "<|python_tag|>print({1: 'a'})\n", ("python", #"{"code":"print({1: 'a'})\n"}"#)),
    Written(
      .mistral,
      #"[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "[TOOL_CALLS]"}, "id": "abcdef123"}, {"name": "clock", "arguments": {}}]"#,
      ("get_weather", #"{"city": "[TOOL_CALLS]"}"#), ("clock", "{}")),
    Written(
      .mistral,
      #"Let me see. [TOOL_CALLS]get_weather[CALL_ID]abcdef123[ARGS]{"city": "Bern"}[TOOL_CALLS]clock[ARGS] {}"#,
      text: "Let me see.", ("get_weather", #"{"city": "Bern"}"#), ("clock", " {}")),
    Written(.mistral, #"[TOOL_CALLS]clock{"a": 1}"#, ("clock", #"{"a": 1}"#)),
    Written(
      .json,
      "\n[{\"name\": \"clock\", \"arguments\": {}},\n {\"parameters\": {\"city\": \"é\"}, \"name\": \"get_weather\"}]\n",
      ("clock", "{}"), ("get_weather", #"{"city": "é"}"#)),
  ]

  /// Texts that hold no call, to the last blank.
  static let texts: [Written] = [
    (ToolCallFormat.hermes, "4 < 5, and <tool_cal is none.\n"),
    (.hermes, "<tool_call>\nget_weather\n</tool_call> "),
    (.hermes, "<tool_call>{\"arguments\": {}}</tool_call>"), (.hermes, "<tool_call></tool_call>"),
    (.hermes, "<tool_call>{]"),
    (.hermes, "{\"name\": \"clock\", \"arguments\": {}}"), (.hermes, " \n"), (.hermes, ""),
    (.hermes, "<tool_call>{\"name\": 4, \"arguments\": {}}"),
    (.hermes, "<tool_call>{\"name\": \"f\" \"arguments\": {}}"),
    (.llama, "{\"name\": \"Ann\", \"parameters\": {}}"), (.llama, "{\"answer\": {\"name\": \"clock\"}}"),
    (.llama, "{\"name\": \"clock\"}"), (.llama, "So: {\"name\": \"clock\", \"parameters\": {}}"),
    (.llama, "{\"name\": \"clo"),
    (.llama, "[1]"), (.llama, "<|python_tag|>"), (.mistral, "[TOOL_CALLS] none at all"), (.mistral, "[TOOL"),
    (.mistral, "[TOOL_CALLS][]"),
    (.mistral, "[1, 2]"), (.json, "[1, 2]"), (.json, "[{\"name\": \"x\"}]"), (.json, "{}"), (.json, "  [ "),
    (.json, "é"),
  ].map { Written($0, $1, text: $1) }

  @Test("calls and text are told apart", arguments: calls + texts)
  func whole(_ written: Written) {
    #expect(Answer([written.written], written.format) == written.answer)
  }

  @Test("character by character, or in any parts, it is the same answer", arguments: calls + texts)
  func parts(_ written: Written) {
    let characters = written.written.map(String.init)
    #expect(Answer(characters, written.format) == written.answer)
    for first in characters.indices {
      let halves = [characters[..<first].joined(), characters[first...].joined()]
      #expect(Answer(halves, written.format) == written.answer, "parts \(halves)")
    }
  }

  @Test("arguments come while they are written")
  func streams() {
    var parser = ToolCallParser(.hermes, tools: ["f"], isParallel: true)
    #expect(parser.push("<tool_call>{\"name\": \"f\", \"arguments\": ") == [])
    #expect(parser.push("{\"a\": ") == [.begin(name: "f"), .arguments("{\"a\": ")])
    #expect(parser.push("\"bc") == [.arguments("\"bc")])
    #expect(parser.push("\"}}") == [.arguments("\"}")])
    #expect(parser.finish() == [])
  }

  @Test("text that cannot begin a call does not wait")
  func textFlows() {
    var parser = ToolCallParser(.hermes, tools: [], isParallel: true)
    #expect(parser.push("The ") == [.text("The")])
    #expect(parser.push("sea <b") == [.text(" sea <b")])
    var bare = ToolCallParser(.json, tools: ["f"], isParallel: true)
    #expect(bare.push("{\"a\"") == [.text("{\"a\"")])
  }

  @Test("what breaks off within a call leaves the call as far as it came")
  func brokenOff() {
    #expect(
      Answer([#"<tool_call>{"name": "f", "arguments": {"a": "b"#], .hermes)
        == Answer(calls: [("f", #"{"a": "b"#)]))
    #expect(Answer([#"[TOOL_CALLS]f[ARGS]{"a""#], .mistral) == Answer(calls: [("f", #"{"a""#)]))
  }

  @Test("where one call is wanted, all behind the first is left out", arguments: ToolCallFormat.allCases)
  func single(format: ToolCallFormat) {
    for written in Self.calls where written.format == format {
      let answer = Answer(written.written.map(String.init), format, isParallel: false)
      #expect(answer.calls == [written.answer.calls[0]])
    }
  }

  @Test(
    "whatever a model writes, nothing traps and the parts do not matter", arguments: ToolCallFormat.allCases)
  func random(format: ToolCallFormat) {
    let words = [
      "<tool_call>", "</tool_call>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "<|python_tag|>", "{", "}", "[",
      "]", ",", ":",
      "\"", "\\", "\"name\"", "\"clock\"", "\"arguments\"", "\"parameters\"",
      "{\"name\": \"clock\", \"arguments\": {", "1",
      " ", "\n", "é", ";", "null", "clock",
    ]
    var random = SeededGenerator(state: 7)
    for _ in 0..<400 {
      let parts = (0..<Int.random(in: 1...24, using: &random)).map { _ in
        words.randomElement(using: &random) ?? ""
      }
      let whole = Answer([parts.joined()], format)
      #expect(Answer(parts, format) == whole, "\(parts)")
      #expect(Answer(parts.joined().map(String.init), format) == whole, "\(parts)")
    }
  }
}
