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

  func whole(_ texts: [String], _ ends: [ChoiceEnd], usage: Usage) -> JSONValue {
    let choices = zip(texts, ends).enumerated().map { index, choice in
      ChatCompletion.Choice(index: index, content: choice.0, finishReason: choice.1.reason)
    }
    return ChatCompletion(head: head, choices: choices, usage: usage).json
  }

  func opening(choice: Int) -> [UInt8]? { chunk(choice, .role) }

  func write(_ text: String, choice: Int, to bytes: inout [UInt8]) {
    encoders[choice].write(text, to: &bytes)
  }

  func closing(choice: Int, reason: FinishReason) -> [UInt8] { chunk(choice, .finish(reason)) }

  func final(_ usage: Usage) -> [UInt8] {
    ChatCompletionChunk(head: head, choices: [], usage: .final(usage)).json.encoded
  }

  private func chunk(_ choice: Int, _ delta: ChatCompletionChunk.Delta) -> [UInt8] {
    let choice = ChatCompletionChunk.Choice(index: choice, delta: delta)
    return ChatCompletionChunk(head: head, choices: [choice], usage: usage).json.encoded
  }
}
