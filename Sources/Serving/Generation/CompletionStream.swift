import Tokenizing

/// The tokens of one choice on their way to text: characters completed, stop texts cut off.
struct CompletionStream: Sendable {
  private var text: TextStream
  private var stops: StopStrings
  private let minTokens: Int
  /// Tokens that have come; those after a stop text do not count.
  private(set) var tokens = 0

  /// Follows one choice; `minTokens` come before a stop text counts.
  init(_ tokenizer: Tokenizer, stops: [String], minTokens: Int) {
    text = TextStream(tokenizer, skipSpecial: true)
    self.stops = StopStrings(stops)
    self.minTokens = minTokens
  }

  /// Whether a stop text has come: nothing more is wanted.
  var isStopped: Bool { stops.isStopped }

  /// The text that can be given out now; may be empty.
  mutating func push(_ token: Int32) -> String {
    guard !isStopped else { return "" }
    tokens += 1
    let piece = text.push(token)
    return tokens <= minTokens ? piece : stops.push(piece)
  }

  /// The rest of the text, when no more tokens come.
  mutating func finish() -> String { isStopped ? "" : stops.push(text.finish()) + stops.finish() }
}
