/// The `logprobs` of completions: four lists of equal length.
package struct CompletionLogprobs: LogprobsWriter {
  private var tokens: [UInt8] = []
  private var tokenLogprobs: [UInt8] = []
  private var topLogprobs: [UInt8] = []
  private var textOffsets: [UInt8] = []

  package init() {}

  package mutating func append(_ token: TokenLogprob) {
    tokens.separate()
    JSONText.writeQuoted(token.token.text, to: &tokens)
    tokenLogprobs.separate()
    JSONValue(token.logprob).write(to: &tokenLogprobs)
    topLogprobs.separate()
    Self.ranking(token).write(to: &topLogprobs)
    textOffsets.separate()
    JSONValue.integer(token.textOffset).write(to: &textOffsets)
  }

  /// The likeliest tokens by their texts, and the token itself, if need be as one more, with its very own number.
  private static func ranking(_ token: TokenLogprob) -> JSONValue {
    guard let logprob = token.logprob else { return .null }
    var ranking = JSONObject()
    // Of two tokens with one text the client can see but one: the likelier, or the one that is there.
    for ranked in token.top where ranking[ranked.token.text] == nil {
      ranking[ranked.token.text] = JSONValue(ranked.logprob)
    }
    ranking[token.token.text] = JSONValue(logprob)
    return .object(ranking)
  }

  package var byteCount: Int {
    tokens.count + tokenLogprobs.count + topLogprobs.count + textOffsets.count
  }

  package var json: JSONValue {
    [
      "tokens": .encoded(tokens.bracketed), "token_logprobs": .encoded(tokenLogprobs.bracketed),
      "top_logprobs": .encoded(topLogprobs.bracketed), "text_offset": .encoded(textOffsets.bracketed),
    ]
  }
}
