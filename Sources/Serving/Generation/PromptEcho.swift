import Inference
import OpenAIAPI
import Tokenizing

/// A prompt on its way back to the client.
///
/// Its text is what its tokens stand for, control tokens included; only a begin token that all sequences start with has none.
struct PromptEcho: Sendable {
  private let prompt: [Int32]
  private let tokenizer: Tokenizer
  private var text: TextStream
  /// Tokens that were given back.
  private var given = 0
  /// Characters of the text so far.
  private(set) var characters = 0

  init(_ prompt: [Int32], tokenizer: Tokenizer) {
    self.prompt = prompt
    self.tokenizer = tokenizer
    text = TextStream(tokenizer, skipSpecial: false)
  }

  /// The whole prompt, without a word about its tokens.
  mutating func whole() -> TextPiece {
    var piece = TextPiece()
    while given < prompt.count { piece.text += next() }
    return piece
  }

  /// The first token, which has no score since nothing comes before it.
  mutating func first() -> TextPiece {
    let entry = TokenLogprob(
      token: tokenizer.vocabulary.text(naming: prompt[0]), logprob: nil, top: [], textOffset: characters)
    return TextPiece(text: next(), tokens: [entry])
  }

  /// The tokens that come next in the prompt, with their scores.
  mutating func push(_ scores: [TokenScore]) -> TextPiece {
    var piece = TextPiece()
    for score in scores {
      piece.tokens.append(tokenizer.vocabulary.logprob(score, textOffset: characters))
      piece.text += next()
    }
    return piece
  }

  /// The text that the next token completes; with the last one, all that is left.
  private mutating func next() -> String {
    let token = prompt[given]
    let isBegin = given == 0 && tokenizer.addsBOS && token == tokenizer.vocabulary.bos
    var piece = isBegin ? "" : text.push(token)
    given += 1
    if given == prompt.count { piece += text.finish() }
    characters += piece.unicodeScalars.count
    return piece
  }
}
