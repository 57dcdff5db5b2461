import Inference
import OpenAIAPI
import Tokenizing

/// The tokens of one choice on their way to text: characters completed, stop texts cut off.
struct CompletionStream: Sendable {
  private let vocabulary: Vocabulary
  private var text: TextStream
  private var stops: StopStrings
  private let minTokens: Int
  /// Tokens that have come; those after a stop text do not count.
  private(set) var tokens = 0
  /// What is told of tokens whose text has not been given out yet.
  private var held: [TokenLogprob] = []
  /// Characters of the answer before the first token.
  var offset = 0
  /// Characters that the tokens have completed, and those that were given out.
  private var completed = 0
  private var given = 0

  /// Follows one choice; `minTokens` come before a stop text counts, and of control tokens only those with such a text are text.
  init(_ tokenizer: Tokenizer, stops: [String], minTokens: Int, shownControlTexts: Set<String> = []) {
    vocabulary = tokenizer.vocabulary
    text = TextStream(tokenizer, skipSpecial: true, shownSpecial: shownControlTexts)
    self.stops = StopStrings(stops)
    self.minTokens = minTokens
  }

  /// Whether a stop text has come: nothing more is wanted.
  var isStopped: Bool { stops.isStopped }

  /// What can be given out now; may be empty.
  mutating func push(_ token: Int32, _ score: TokenScore? = nil) -> TextPiece {
    guard !isStopped else { return TextPiece() }
    tokens += 1
    let piece = text.push(token)
    if let score { hold(score) }
    completed += piece.unicodeScalars.count
    return release(tokens <= minTokens ? piece : stops.push(piece))
  }

  /// The rest, when no more tokens come; `endScore` is of the stop token that has ended the text, if one is to be told.
  mutating func finish(_ endScore: TokenScore? = nil) -> TextPiece {
    guard !isStopped else { return TextPiece() }
    let rest = text.finish()
    completed += rest.unicodeScalars.count
    var piece = TextPiece(text: stops.push(rest) + stops.finish())
    if let endScore { hold(endScore) }
    (piece.tokens, held) = (held, [])
    return piece
  }

  private mutating func hold(_ score: TokenScore) {
    held.append(vocabulary.logprob(score, textOffset: offset + completed))
  }

  /// A piece with the tokens that begin in it; tokens whose text is not out yet may still be cut off by a stop text.
  ///
  /// Where nothing is held back all go: tokens without a text may be many.
  private mutating func release(_ text: String) -> TextPiece {
    given += text.unicodeScalars.count
    guard !held.isEmpty else { return TextPiece(text: text) }
    let isAll = given == completed && self.text.isWhole
    let count = isAll ? held.count : held.prefix { $0.textOffset < offset + given }.count
    defer { held.removeFirst(count) }
    return TextPiece(text: text, tokens: Array(held.prefix(count)))
  }
}
