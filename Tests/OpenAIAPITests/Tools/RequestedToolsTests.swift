import Testing

@testable import OpenAIAPI

@Suite("Tools in requests")
struct RequestedToolsTests {
  private func decode(_ fields: String) throws -> ChatCompletionRequest {
    try RequestDecoding.chatCompletion(
      Array(#"{"messages": [{"role": "user", "content": "a"}], \#(fields)}"#.utf8))
  }

  private let clock = #"{"type": "function", "function": {"name": "clock"}}"#
  private let weather = """
    {"type": "function", "function": {"name": "get_weather", "description": "d", "strict": true, "parameters": \
    {"type": "object", "properties": {"city": {"type": "string"}}}}}
    """

  @Test("tools are read, and stay as they were sent")
  func read() throws {
    let request = try decode(#""tools": [\#(clock), \#(weather)], "parallel_tool_calls": false"#)
    let tools = try #require(request.tools)
    #expect(tools.definitions.map(\.name) == ["clock", "get_weather"])
    #expect(tools.definitions[0].json["function"] == ["name": "clock"])
    #expect(tools.definitions[0].parameters == nil && tools.definitions[1].parameters?["type"] == "object")
    #expect(tools.choice == .auto && !tools.isParallel)
    #expect(request.ignoredFields == ["tools[1].function.strict"])
  }

  @Test(
    "without tools, or with none that may be called, there are none",
    arguments: [#""tools": []"#, #""tool_choice": "none""#, #""tools": null, "tool_choice": "auto""#])
  func none(fields: String) throws {
    #expect(try decode(fields).tools == nil)
    #expect(try decode(#""tools": [\#(clock)], "tool_choice": "none""#).tools == nil)
  }

  @Test("a choice may force a call, of any function or of one")
  func choices() throws {
    #expect(try decode(#""tools": [\#(clock)], "tool_choice": "required""#).tools?.choice == .required)
    let one = #"{"type": "function", "function": {"name": "clock"}}"#
    #expect(try decode(#""tools": [\#(clock)], "tool_choice": \#(one)"#).tools?.choice == .function("clock"))
  }

  @Test(
    "what is wrong is told by its path",
    arguments: [
      (#""tools": {}"#, "tools"), (#""tools": [1]"#, "tools[0]"), (#""tools": [{}]"#, "tools[0].type"),
      (#""tools": [{"type": "web_search"}]"#, "tools[0].type"),
      (#""tools": [{"type": "function"}]"#, "tools[0].function"),
      (#""tools": [{"type": "function", "function": {}}]"#, "tools[0].function.name"),
      (#""tools": [{"type": "function", "function": {"name": "a b"}}]"#, "tools[0].function.name"),
      (#""tools": [{"type": "function", "function": {"name": ""}}]"#, "tools[0].function.name"),
      (
        #""tools": [{"type": "function", "function": {"name": "f", "parameters": []}}]"#,
        "tools[0].function.parameters"
      ),
      (#""tool_choice": "required""#, "tool_choice"), (#""tool_choice": "maybe""#, "tool_choice"),
      (#""tool_choice": 1"#, "tool_choice"), (#""tool_choice": {}"#, "tool_choice.type"),
      (#""tool_choice": {"type": "function", "function": {"name": "f"}}"#, "tool_choice"),
      (#""parallel_tool_calls": 1"#, "parallel_tool_calls"),
    ])
  func wrong(fields: String, path: String) {
    let error = #expect(throws: APIError.self) { try decode(fields) }
    #expect(error?.status == 400 && error?.param == path)
  }

  @Test("two functions of one name, too many, or a choice of one that there is not, are refused")
  func lists() {
    let many = (0...128).map { #"{"type": "function", "function": {"name": "f\#($0)"}}"# }.joined(
      separator: ",")
    #expect(throws: APIError.self) { try decode(#""tools": [\#(clock), \#(clock)]"#) }
    #expect(throws: APIError.self) { try decode(#""tools": [\#(many)]"#) }
    let other = #"{"type": "function", "function": {"name": "g"}}"#
    let error = #expect(throws: APIError.self) {
      try decode(#""tools": [\#(clock)], "tool_choice": \#(other)"#)
    }
    #expect(error?.param == "tool_choice.function.name" && error?.message.contains("clock") == true)
  }

  @Test("what has no place beside calls is refused")
  func conflicts() {
    let logprobs = #expect(throws: APIError.self) { try decode(#""tools": [\#(clock)], "logprobs": true"#) }
    #expect(logprobs?.param == "logprobs")
    let session = #expect(throws: APIError.self) {
      try decode(#""tools": [\#(clock)], "session": "s", "parallel_tool_calls": false"#)
    }
    #expect(session?.param == "parallel_tool_calls")
  }

  @Test(
    "beside calls that are forced nothing else may say what the text is, or that it goes on",
    arguments: [
      (#""response_format": {"type": "json_object"}"#, "response_format.type"),
      (#""guided_choice": ["a"]"#, "guided_choice"), (#""ignore_eos": true"#, "ignore_eos"),
      (#""min_tokens": 2"#, "min_tokens"),
    ])
  func forced(fields: String, param: String) throws {
    let error = #expect(throws: APIError.self) {
      try decode(#""tools": [\#(clock)], "tool_choice": "required", \#(fields)"#)
    }
    #expect(error?.status == 400 && error?.param == param)
    #expect(throws: Never.self) { try decode(#""tools": [\#(clock)], \#(fields)"#) }
  }

  @Test("a strict schema counts as ignored only where calls are not kept to schemas")
  func strict() throws {
    let forced = try decode(#""tools": [\#(weather)], "tool_choice": "required""#)
    #expect(forced.ignoredFields.isEmpty && forced.tools?.forcesCall == true)
    let free = try decode(#""tools": [\#(weather)], "tool_choice": "auto""#)
    #expect(free.ignoredFields == ["tools[0].function.strict"] && free.tools?.forcesCall == false)
  }

  @Test("an assistant's calls are read, with or without a text beside them")
  func calls() throws {
    let call = #"{"id": "x", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}}"#
    let body = """
      {"messages": [{"role": "assistant", "content": null, "tool_calls": [\(call)]}, \
      {"role": "tool", "tool_call_id": "x", "content": "1"}, {"role": "assistant", "content": "t", "tool_calls": [\(call)]}]}
      """
    let messages = try RequestDecoding.chatCompletion(Array(body.utf8)).messages
    #expect(messages.map(\.toolCalls.count) == [1, 0, 1] && messages.map(\.text) == ["", "1", "t"])
    #expect(messages[0].toolCalls[0] == ToolCall(id: "x", name: "f", arguments: #"{"a": 1}"#))
    #expect(messages[1].toolCallID == "x")
  }
}
