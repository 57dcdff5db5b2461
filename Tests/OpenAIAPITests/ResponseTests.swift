import Testing

@testable import OpenAIAPI

@Suite("Responses")
struct ResponseTests {
  private let head = ResponseHead(id: "cmpl-1", createdSeconds: 7, model: "m\"\u{1}\"")
  private let usage = Usage(
    promptTokens: 3, completionTokens: 4, cachedTokens: 1,
    cache: CacheUsage(
      policy: "roco", budgetSlots: 5, residentSlots: 5, evictedSlots: 2, pinnedSlots: 1, peakBytes: 99))

  private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse([UInt8](text.utf8)) }

  @Test("a completion has OpenAI's shape")
  func completion() throws {
    let completion = Completion(
      head: ResponseHead(id: "cmpl-1", createdSeconds: 7, model: "m"),
      choices: [Completion.Choice(index: 0, text: "hi", finishReason: .length)], usage: usage)
    #expect(
      completion.json
        == (try parse(
          """
          {"id":"cmpl-1","object":"text_completion","created":7,"model":"m",
           "choices":[{"index":0,"text":"hi","logprobs":null,"finish_reason":"length"}],
           "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1},
            "kv_cache":{"policy":"roco","budget":5,"resident":5,"evicted":2,"pinned":1,"peak_bytes":99}}}
          """)))
  }

  @Test("a chat completion has OpenAI's shape")
  func chat() throws {
    let completion = ChatCompletion(
      head: ResponseHead(id: "c", createdSeconds: 7, model: "m"),
      choices: [ChatCompletion.Choice(index: 0, content: "hi", finishReason: .stop)],
      usage: Usage(promptTokens: 1, completionTokens: 1))
    #expect(
      completion.json
        == (try parse(
          """
          {"id":"c","object":"chat.completion","created":7,"model":"m",
           "choices":[{"index":0,"message":{"role":"assistant","content":"hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],
           "usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"prompt_tokens_details":{"cached_tokens":0}}}
          """)))
  }

  @Test("a chat stream goes from role over text to the reason, then usage without choices")
  func chatChunks() throws {
    func choices(_ delta: ChatCompletionChunk.Delta) throws -> String {
      let chunk = ChatCompletionChunk(
        head: head, choices: [ChatCompletionChunk.Choice(index: 0, delta: delta)])
      guard case .object(let object) = chunk.json else { return "" }
      #expect(object["usage"] == nil)
      return String(decoding: (object["choices"] ?? nil).encoded, as: UTF8.self)
    }
    #expect(
      try choices(.role)
        == #"[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]"#)
    #expect(
      try choices(.content("a"))
        == #"[{"index":0,"delta":{"content":"a"},"logprobs":null,"finish_reason":null}]"#)
    #expect(
      try choices(.finish(.stop)) == #"[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"#)
    guard case .object(let last) = ChatCompletionChunk(head: head, choices: [], usage: .final(usage)).json
    else {
      return
    }
    #expect(last["choices"] == [] && last["usage"] == usage.json)
  }

  @Test("calls of functions stand beside the text, which is null if there is none")
  func toolCalls() {
    let call = ToolCall(id: "x", name: "f", arguments: "{}")
    let choice = ChatCompletion.Choice(index: 0, content: "", toolCalls: [call], finishReason: .toolCalls)
    #expect(
      String(decoding: choice.json.encoded, as: UTF8.self) == """
        {"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"x","type":"function",\
        "function":{"name":"f","arguments":"{}"}}]},"logprobs":null,"finish_reason":"tool_calls"}
        """)
    let spoken = ChatCompletion.Choice(index: 0, content: "t", toolCalls: [call], finishReason: .toolCalls)
    #expect(String(decoding: spoken.json.encoded, as: UTF8.self).contains(#""content":"t""#))
  }

  @Test("a call is streamed by its number: first its id and name, then its arguments in pieces")
  func toolCallParts() {
    let parts: [ToolCallPart] = [.begin(index: 1, id: "x", name: "f"), .arguments(index: 1, "{\"")]
    let deltas = parts.map {
      String(decoding: ChatCompletionChunk.Delta.toolCall($0).json.encoded, as: UTF8.self)
    }
    #expect(
      deltas == [
        #"{"tool_calls":[{"index":1,"id":"x","type":"function","function":{"name":"f","arguments":""}}]}"#,
        #"{"tool_calls":[{"index":1,"function":{"arguments":"{\""}}]}"#,
      ])
  }

  @Test(
    "the prepared encoder writes the very bytes of the chunk",
    arguments: ["", "plain", "\"quoted\" \\ \n\r\t\u{1}\u{1F}", "é😀\u{2028}", "\\u0001"],
    [ChunkUsage.omitted, .pending])
  func preparedChunks(text: String, usage: ChunkUsage) {
    var bytes: [UInt8] = []
    TextChunkEncoder(completion: head, index: 2, usage: usage).write(text, to: &bytes)
    let choice = Completion.Choice(index: 2, text: text, finishReason: nil)
    #expect(bytes == CompletionChunk(head: head, choices: [choice], usage: usage).json.encoded)

    var chatBytes: [UInt8] = []
    TextChunkEncoder(chat: head, index: 1, usage: usage).write(text, to: &chatBytes)
    let chatChoice = ChatCompletionChunk.Choice(index: 1, delta: .content(text))
    #expect(chatBytes == ChatCompletionChunk(head: head, choices: [chatChoice], usage: usage).json.encoded)
  }

  @Test("models are listed as OpenAI lists them")
  func models() throws {
    #expect(
      ModelList(models: [ModelObject(id: "m", createdSeconds: 7)]).json
        == (try parse(
          #"{"object":"list","data":[{"id":"m","object":"model","created":7,"owned_by":"kvota"}]}"#)))
  }
}
