import OpenAIAPI

/// Answers of `/v1/completions`.
struct CompletionFormat: AnswerFormat {
  private let head: ResponseHead
  private let usage: ChunkUsage
  private let encoders: [TextChunkEncoder]

  init(_ head: ResponseHead, choices: Int, usage: ChunkUsage) {
    self.head = head
    self.usage = usage
    encoders = (0..<choices).map { TextChunkEncoder(completion: head, index: $0, usage: usage) }
  }

  func whole(_ texts: [String], _ ends: [ChoiceEnd], usage: Usage) -> JSONValue {
    let choices = zip(texts, ends).enumerated().map { index, choice in
      Completion.Choice(index: index, text: choice.0, finishReason: choice.1.reason)
    }
    return Completion(head: head, choices: choices, usage: usage).json
  }

  func opening(choice: Int) -> [UInt8]? { nil }

  func write(_ text: String, choice: Int, to bytes: inout [UInt8]) {
    encoders[choice].write(text, to: &bytes)
  }

  func closing(choice: Int, reason: FinishReason) -> [UInt8] {
    let choice = Completion.Choice(index: choice, text: "", finishReason: reason)
    return CompletionChunk(head: head, choices: [choice], usage: usage).json.encoded
  }

  func final(_ usage: Usage) -> [UInt8] {
    CompletionChunk(head: head, choices: [], usage: .final(usage)).json.encoded
  }
}
