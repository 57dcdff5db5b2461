/// What a request asks of the choice of its tokens; the defaults change nothing.
///
/// Ranges are the API layer's to refuse. Here a value out of range means the nearest sensible thing
/// (documented per field), so no value can trap.
package struct SamplingParameters: Sendable, Equatable {
  /// Divides the logits; 0 takes the likeliest token always.
  package var temperature: Float = 1
  /// Keeps the likeliest tokens that together reach this share; 1 and more keeps all, at least one stays.
  package var topP: Float = 1
  /// Keeps this many of the likeliest tokens; 0 and less keeps all.
  package var topK: Int = 0
  /// Keeps tokens at least this share as likely as the likeliest; 0 and less keeps all.
  package var minP: Float = 0
  /// Keeps the tokens whose surprise is nearest to what is expected, until they reach this share; 1 and more keeps all.
  package var typicalP: Float = 1
  /// Taken once from the logit of each token that was generated before.
  package var presencePenalty: Float = 0
  /// Taken from the logit of a token as many times as it was generated before.
  package var frequencyPenalty: Float = 0
  /// Shrinks the logits of tokens in the prompt or generated before; 1 is none, 0 and less is none.
  package var repetitionPenalty: Float = 1
  /// Added to the logits of single tokens.
  package var logitBias: [Int32: Float] = [:]
  /// The same seed and logits give the same tokens on every machine; nil takes one from the system.
  package var seed: UInt64?

  package init() {}

  /// Whether the likeliest token is taken without a draw.
  ///
  /// A temperature under 1e-5 counts as 0 (vLLM's limit): its inverse would overflow.
  package var isGreedy: Bool { !(temperature >= 1e-5) || topK == 1 }
}
