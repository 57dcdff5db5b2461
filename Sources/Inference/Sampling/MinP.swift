/// Keeps the tokens that are at least a given share as likely as the likeliest.
///
/// Nguyen et al., arXiv 2407.01082. The likeliest token's weight is 1, so the share is the bound.
struct MinP: TokenFilter {
  private let share: Float

  init?(_ parameters: SamplingParameters) {
    guard parameters.minP > 0 else { return nil }
    share = min(parameters.minP, 1)
  }

  func narrow(_ candidates: inout Candidates) { candidates.drop(lighterThan: share) }
}
