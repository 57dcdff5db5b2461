/// What the model gave a token that came: its log-probability and those of the likeliest tokens in its place.
///
/// Of the model's own distribution, before bias, penalties, temperature and filters; natural logarithms.
package struct TokenScore: Sendable, Equatable {
  package struct Ranked: Sendable, Equatable {
    package let token: Int32
    package let logProbability: Float
  }

  package let token: Int32
  package let logProbability: Float
  /// The likeliest first, of equal ones the lowest id first; as many as were asked for.
  package let top: [Ranked]
}

/// What a request wants to know of the tokens' probabilities.
package struct ScoringRequest: Sendable, Equatable {
  /// How many of the likeliest tokens are told in each place, from 0.
  package var top: Int
  /// Whether the prompt's tokens are scored too; then all of it is computed, whatever others have left of it.
  package var includesPrompt: Bool

  package init(top: Int, includesPrompt: Bool = false) {
    self.top = top
    self.includesPrompt = includesPrompt
  }
}
