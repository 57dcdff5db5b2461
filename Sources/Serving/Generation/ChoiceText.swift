import Inference
import Tokenizing

/// The text of one choice as it grows: the prompt first if it is to be echoed, then what is generated.
struct ChoiceText: Sendable {
  private var echo: PromptEcho?
  private var completion: CompletionStream
  /// What takes the calls out of the text, if there may be some.
  private var calls: AnswerCalls?
  private let tellsLogprobs: Bool
  private let tellsEnd: Bool
  /// Of the token that comes next.
  private var score: TokenScore?

  init(_ request: GenerationRequest, choice: Int, tokenizer: Tokenizer) {
    echo = request.echoes ? PromptEcho(request.sequences[choice].prompt, tokenizer: tokenizer) : nil
    completion = CompletionStream(
      tokenizer, stops: request.stops, minTokens: request.minTokens,
      shownControlTexts: request.tools?.controlTexts ?? [])
    calls = request.tools.map(AnswerCalls.init)
    tellsLogprobs = request.tellsLogprobs
    tellsEnd = request.tellsEndToken
  }

  /// Whether a stop text or the only call has come: nothing more is wanted.
  var isStopped: Bool { completion.isStopped || calls?.isComplete == true }
  /// Whether the answer has called a function.
  var hasCalls: Bool { calls?.hasCalls == true }
  /// Tokens that have been generated; those after a stop text do not count.
  var tokens: Int { completion.tokens }

  /// What can be given out before anything is computed: all of the echo, or its first token where the others' scores have to come.
  mutating func begin() -> TextPiece {
    let piece = tellsLogprobs ? echo?.first() : echo?.whole()
    return follow(piece)
  }

  /// The prompt's next tokens.
  mutating func push(_ scores: [TokenScore]) -> TextPiece { follow(echo?.push(scores)) }

  /// The generated text begins where the echo ends.
  private mutating func follow(_ piece: TextPiece?) -> TextPiece {
    completion.offset = echo?.characters ?? 0
    return piece ?? TextPiece()
  }

  /// The score of the token that comes next, or of the stop token that ends the text.
  mutating func announce(_ score: TokenScore) { self.score = score }

  mutating func push(_ token: Int32) -> TextPiece {
    let piece = completion.push(token, score.take())
    return calls?.push(piece) ?? piece
  }

  /// The rest, when no more tokens come.
  mutating func finish() -> TextPiece {
    let piece = completion.finish(tellsEnd ? score.take() : nil)
    return calls?.finish(piece) ?? piece
  }
}
