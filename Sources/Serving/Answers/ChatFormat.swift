import OpenAIAPI

/// Answers of `/v1/chat/completions`.
struct ChatFormat: AnswerFormat {
  private let head: ResponseHead
  private let usage: ChunkUsage
  private let encoders: [TextChunkEncoder]

  init(_ head: ResponseHead, choices: Int, usage: ChunkUsage) {
    self.head = head
    self.usage = usage
    encoders = (0..<choices).map { TextChunkEncoder(chat: head, index: $0, usage: usage) }
  }

  func whole(_ choices: [WholeChoice<ChatLogprobs>], usage: Usage, timings: Timings?) -> JSONValue {
    let choices = choices.enumerated().map { index, choice in
      ChatCompletion.Choice(
        index: index, content: choice.text, toolCalls: choice.calls, logprobs: choice.logprobsJSON,
        finishReason: choice.end?.reason ?? .length)
    }
    return ChatCompletion(head: head, choices: choices, usage: usage, timings: timings).json
  }

  func opening(choice: Int) -> [UInt8]? { chunk(choice, .role) }

  func write(_ text: String, choice: Int, to bytes: inout [UInt8]) {
    encoders[choice].write(text, to: &bytes)
  }

  func chunk(_ text: String, _ logprobs: ChatLogprobs, choice: Int) -> [UInt8] {
    chunk(choice, .content(text), logprobs: logprobs.json)
  }

  func chunk(_ call: ToolCallPart, choice: Int) -> [UInt8] { chunk(choice, .toolCall(call)) }

  func closing(choice: Int, reason: FinishReason) -> [UInt8] { chunk(choice, .finish(reason)) }

  func final(_ usage: Usage?, timings: Timings?) -> [UInt8] {
    let usage = usage.map { ChunkUsage.final($0) } ?? .omitted
    return ChatCompletionChunk(head: head, choices: [], usage: usage, timings: timings).json.encoded
  }

  private func chunk(
    _ choice: Int, _ delta: ChatCompletionChunk.Delta, logprobs: JSONValue = .null
  ) -> [UInt8] {
    let choice = ChatCompletionChunk.Choice(index: choice, delta: delta, logprobs: logprobs)
    return ChatCompletionChunk(head: head, choices: [choice], usage: usage).json.encoded
  }
}
