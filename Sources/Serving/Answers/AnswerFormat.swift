import OpenAIAPI

/// How one endpoint writes its answers: whole, or chunk by chunk.
///
/// Chunks are JSON without the frame of server-sent events.
protocol AnswerFormat {
  /// The whole answer; texts and ends in the order of the choices.
  func whole(_ texts: [String], _ ends: [ChoiceEnd], usage: Usage) -> JSONValue

  /// What comes before a choice's text, if anything.
  func opening(choice: Int) -> [UInt8]?

  /// Appends the chunk of a piece of text.
  func write(_ text: String, choice: Int, to bytes: inout [UInt8])

  /// The chunk that ends a choice.
  func closing(choice: Int, reason: FinishReason) -> [UInt8]

  /// The chunk that only tells the usage.
  func final(_ usage: Usage) -> [UInt8]
}
