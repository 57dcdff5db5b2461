/// What happens to the logits of one token between the model and the draw, and in which order.
///
/// 0. What the text's grammar does not admit is out, before the chain.
/// 1. Logit bias, then tokens forbidden for now (`min_tokens`, `ignore_eos`), then penalties: they speak
///    about single logits, before anything compares them.
/// 2. A request without a draw takes the greatest logit and stops here.
/// 3. Temperature, before every filter: as OpenAI and vLLM have it, `top_p` means a share of the
///    probabilities that are drawn from. (llama.cpp puts it last, and the same numbers mean another text.)
/// 4. `min_p`, `top_k`, `typical_p`, `top_p`: each sees what the ones before have left. The last two come last as
///    their shares depend on what is in the draw; the others' effect does not, and they leave them less to search.
struct SamplerChain: Sendable {
  /// The filters in their order.
  static let filters: [any TokenFilter.Type] = [MinP.self, TopK.self, TypicalP.self, TopP.self]

  private let isGreedy: Bool
  private let temperature: Float
  private let bias: LogitBias
  private let active: [any TokenFilter]

  init(_ parameters: SamplingParameters) {
    isGreedy = parameters.isGreedy
    temperature = parameters.temperature
    bias = LogitBias(parameters)
    active = Self.filters.compactMap { $0.init(parameters) }
  }

  /// The index of the token to take; `unit` gives a number in 0..<1 and is asked only for a draw.
  func pick(
    from logits: inout MutableSpan<Float>, penalties: Penalties, forbidding forbidden: [Int32],
    candidates: inout Candidates, unit: () -> Double
  ) -> Int {
    bias.apply(to: &logits)
    LogitBias.forbid(forbidden, in: &logits)
    penalties.apply(to: &logits)

    let greatest = Greatest.value(in: logits.span)
    // Without a finite greatest logit (all forbidden, all NaN, an infinite one) there are no probabilities.
    guard !isGreedy, greatest.isFinite else { return Greatest.index(of: greatest, in: logits.span) }

    candidates.weigh(logits.span, greatest: greatest, temperature: temperature)
    for filter in active { filter.narrow(&candidates) }
    return candidates.draw(at: unit())
  }
}
