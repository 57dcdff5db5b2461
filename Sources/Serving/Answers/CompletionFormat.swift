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

  func whole(_ choices: [WholeChoice<CompletionLogprobs>], usage: Usage, timings: Timings?) -> JSONValue {
    let choices = choices.enumerated().map { index, choice in
      Completion.Choice(
        index: index, text: choice.text, logprobs: choice.logprobsJSON, finishReason: choice.end?.reason)
    }
    return Completion(head: head, choices: choices, usage: usage, timings: timings).json
  }

  func opening(choice: Int) -> [UInt8]? { nil }

  func write(_ text: String, choice: Int, to bytes: inout [UInt8]) {
    encoders[choice].write(text, to: &bytes)
  }

  func chunk(_ text: String, _ logprobs: CompletionLogprobs, choice: Int) -> [UInt8] {
    chunk(Completion.Choice(index: choice, text: text, logprobs: logprobs.json, finishReason: nil))
  }

  /// Completions call nothing.
  func chunk(_ call: ToolCallPart, choice: Int) -> [UInt8] { [] }

  func closing(choice: Int, reason: FinishReason) -> [UInt8] {
    chunk(Completion.Choice(index: choice, text: "", finishReason: reason))
  }

  private func chunk(_ choice: Completion.Choice) -> [UInt8] {
    CompletionChunk(head: head, choices: [choice], usage: usage).json.encoded
  }

  func final(_ usage: Usage?, timings: Timings?) -> [UInt8] {
    let usage = usage.map { ChunkUsage.final($0) } ?? .omitted
    return CompletionChunk(head: head, choices: [], usage: usage, timings: timings).json.encoded
  }
}
