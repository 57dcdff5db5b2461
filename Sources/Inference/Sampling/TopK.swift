/// Keeps a fixed number of the likeliest tokens; of equally likely ones the lowest ids.
///
/// Fan et al., arXiv 1805.04833.
struct TopK: TokenFilter {
  private let count: Int

  init?(_ parameters: SamplingParameters) {
    guard parameters.topK > 0 else { return nil }
    count = parameters.topK
  }

  func narrow(_ candidates: inout Candidates) { candidates.keepHeaviest(until: .tokens(count)) }
}
