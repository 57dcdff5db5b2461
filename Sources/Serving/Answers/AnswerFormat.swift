import OpenAIAPI

/// How one endpoint writes its answers: whole, or chunk by chunk.
///
/// Chunks are JSON without the frame of server-sent events.
protocol AnswerFormat {
  /// How it writes log-probabilities.
  associatedtype Logprobs: LogprobsWriter

  /// The whole answer, its choices in their order.
  func whole(_ choices: [WholeChoice<Logprobs>], usage: Usage, timings: Timings?) -> JSONValue

  /// What comes before a choice's text, if anything.
  func opening(choice: Int) -> [UInt8]?

  /// Appends the chunk of a piece of text of which nothing but the text is told.
  func write(_ text: String, choice: Int, to bytes: inout [UInt8])

  /// The chunk of a piece of text and its tokens' log-probabilities.
  func chunk(_ text: String, _ logprobs: Logprobs, choice: Int) -> [UInt8]

  /// The chunk of a part of a call.
  func chunk(_ call: ToolCallPart, choice: Int) -> [UInt8]

  /// The chunk that ends a choice.
  func closing(choice: Int, reason: FinishReason) -> [UInt8]

  /// The chunk that only tells the usage, or the times.
  func final(_ usage: Usage?, timings: Timings?) -> [UInt8]
}

/// A choice as it is gathered for a whole answer.
struct WholeChoice<Logprobs: LogprobsWriter> {
  private(set) var text = ""
  private(set) var calls: [ToolCall] = []
  private var logprobs: Logprobs?
  var end: ChoiceEnd?

  init(tellsLogprobs: Bool) { logprobs = tellsLogprobs ? Logprobs() : nil }

  mutating func append(_ piece: TextPiece) {
    text += piece.text
    for token in piece.tokens { logprobs?.append(token) }
    for part in piece.calls {
      switch part {
      case .begin(_, let id, let name): calls.append(ToolCall(id: id, name: name, arguments: ""))
      case .arguments(let index, let text): calls[index].arguments += text
      }
    }
  }

  /// What is gathered so far.
  var heldBytes: Int {
    text.utf8.count + (logprobs?.byteCount ?? 0) + calls.reduce(0) { $0 + 64 + $1.arguments.utf8.count }
  }

  var logprobsJSON: JSONValue { logprobs?.json ?? .null }
}
