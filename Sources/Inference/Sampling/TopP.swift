/// Keeps the fewest likeliest tokens that together reach a share of all that are still in the draw.
///
/// Nucleus sampling: Holtzman et al., arXiv 1904.09751. At least one token stays.
struct TopP: TokenFilter {
  private let share: Float

  init?(_ parameters: SamplingParameters) {
    guard parameters.topP < 1 else { return nil }
    share = parameters.topP
  }

  func narrow(_ candidates: inout Candidates) { candidates.keepHeaviest(until: .share(share)) }
}
