import Inference
import OpenAIAPI
import Tokenizing

/// A piece of a choice's answer on its way to the client: text, with the tokens that begin in it where those are told, and parts of
/// calls.
struct TextPiece: Sendable, Equatable {
  var text = ""
  var tokens: [TokenLogprob] = []
  var calls: [ToolCallPart] = []

  var isEmpty: Bool { text.isEmpty && tokens.isEmpty && calls.isEmpty }
}

extension Vocabulary {
  /// A score in the words of the answer; `textOffset` is where the token begins in the text.
  func logprob(_ score: TokenScore, textOffset: Int) -> TokenLogprob {
    TokenLogprob(
      token: text(naming: score.token), logprob: score.logProbability,
      top: score.top.map { .init(token: text(naming: $0.token), logprob: $0.logProbability) },
      textOffset: textOffset)
  }

  /// A token's name in an answer.
  func text(naming token: Int32) -> TokenText { TokenText(bytes(of: token)) }
}
