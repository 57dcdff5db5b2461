/// Keeps tokens that are about as surprising as the next token is expected to be, whether or not the likeliest is one.
///
/// Locally typical sampling: Meister et al., arXiv 2202.00666. The share is of all that are still in the draw.
struct TypicalP: TokenFilter {
  private let share: Float

  init?(_ parameters: SamplingParameters) {
    guard parameters.typicalP < 1 else { return nil }
    share = parameters.typicalP
  }

  func narrow(_ candidates: inout Candidates) { candidates.keepTypical(share) }
}
