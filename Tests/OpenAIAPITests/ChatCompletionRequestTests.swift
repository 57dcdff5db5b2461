import Testing

@testable import OpenAIAPI

@Suite("Chat completion requests")
struct ChatCompletionRequestTests {
  private func decode(_ body: String) throws(APIError) -> ChatCompletionRequest {
    try RequestDecoding.chatCompletion([UInt8](body.utf8))
  }

  private func error(_ body: String) -> APIError? {
    do throws(APIError) {
      _ = try decode(body)
      return nil
    } catch {
      return error
    }
  }

  @Test("content is a string or text parts, and every role is known")
  func messages() throws {
    let request = try decode(
      """
      {"messages":[{"role":"system","content":"s"},{"role":"developer","content":"d"},
       {"role":"user","name":"n","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
       {"role":"assistant","content":"c","refusal":null,"tool_calls":[]},
       {"role":"tool","tool_call_id":"t","content":"r"}]}
      """)
    #expect(request.messages.map(\.role) == [.system, .developer, .user, .assistant, .tool])
    #expect(request.messages.map(\.text) == ["s", "d", "a\nb", "c", "r"])
    #expect(request.messages[2].parts == ["a", "b"])
    #expect(request.messages[2].name == "n" && request.messages[4].toolCallID == "t")
    #expect(request.maxTokens == nil)
  }

  @Test("the token limit has two names")
  func maxTokens() throws {
    let messages = #""messages":[{"role":"user","content":"a"}]"#
    #expect(try decode(#"{\#(messages),"max_tokens":5}"#).maxTokens == 5)
    #expect(try decode(#"{\#(messages),"max_completion_tokens":6}"#).maxTokens == 6)
    #expect(error(#"{\#(messages),"max_tokens":0}"#)?.param == "max_tokens")
  }

  @Test(
    "a wrong message is told by its path",
    arguments: [
      (#"{}"#, "messages"), (#"{"messages":[]}"#, "messages"), (#"{"messages":"a"}"#, "messages"),
      (#"{"messages":["a"]}"#, "messages[0]"), (#"{"messages":[{"content":"a"}]}"#, "messages[0].role"),
      (#"{"messages":[{"role":"bot","content":"a"}]}"#, "messages[0].role"),
      (#"{"messages":[{"role":"user"}]}"#, "messages[0].content"),
      (#"{"messages":[{"role":"user","content":1}]}"#, "messages[0].content"),
      (#"{"messages":[{"role":"user","content":["a"]}]}"#, "messages[0].content[0]"),
      (#"{"messages":[{"role":"user","content":[{"type":"image_url"}]}]}"#, "messages[0].content[0].type"),
      (#"{"messages":[{"role":"user","content":[{"type":"text"}]}]}"#, "messages[0].content[0].text"),
      (#"{"messages":[{"role":"assistant","tool_calls":[{}]}]}"#, "messages[0].tool_calls[0].function"),
      (#"{"messages":[{"role":"assistant","tool_calls":[]}]}"#, "messages[0].content"),
      (
        #"{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":{}}}]}]}"#,
        "messages[0].tool_calls[0].function.arguments"
      ),
      (
        #"{"messages":[{"role":"user","content":"","tool_calls":[{"function":{"name":"f"}}]}]}"#,
        "messages[0].tool_calls"
      ),
    ])
  func wrongMessages(body: String, path: String) {
    #expect(error(body)?.status == 400)
    #expect(error(body)?.param == path)
  }

  @Test("a wrong type tells what was expected and what was found")
  func wrongType() {
    #expect(
      error(#"{"messages":[{"role":"user","content":true}]}"#)?.message
        == "'messages[0].content' must be a string or an array of text parts, found a boolean")
  }

  @Test(
    "what is not built is refused",
    arguments: [
      ("echo", "true"), ("functions", "[{}]"), ("store", "true"),
    ])
  func unsupported(name: String, value: String) {
    #expect(error(#"{"messages":[{"role":"user","content":"a"}],"\#(name)":\#(value)}"#)?.param == name)
  }

  @Test("log-probabilities are a yes or no, and then a number of alternatives")
  func logprobs() throws {
    let messages = #""messages":[{"role":"user","content":"a"}]"#
    #expect(try decode("{\(messages)}").logprobs == nil)
    #expect(try decode(#"{\#(messages),"logprobs":false,"top_logprobs":0}"#).logprobs == nil)
    #expect(try decode(#"{\#(messages),"logprobs":true}"#).logprobs == 0)
    #expect(try decode(#"{\#(messages),"logprobs":true,"top_logprobs":20}"#).logprobs == 20)
    #expect(error(#"{\#(messages),"top_logprobs":1}"#)?.param == "top_logprobs")
    #expect(error(#"{\#(messages),"logprobs":true,"top_logprobs":21}"#)?.param == "top_logprobs")
    #expect(error(#"{\#(messages),"logprobs":1}"#)?.param == "logprobs")
  }

  @Test("unknown fields of messages are named with their path")
  func ignored() throws {
    let request = try decode(#"{"messages":[{"role":"user","content":"a","x":1}],"metadata":{}}"#)
    #expect(request.ignoredFields == ["messages[0].x", "metadata"])
  }

  @Test("what stands unknown in a part of a message is named")
  func ignoredInParts() throws {
    let part = #"{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}"#
    let body = #"{"messages": [{"role": "user", "content": [\#(part)]}]}"#
    let request = try RequestDecoding.chatCompletion(Array(body.utf8))
    #expect(request.ignoredFields == ["messages[0].content[0].cache_control"])
  }
}
