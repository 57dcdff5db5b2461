package import Grammars

/// Chooses the tokens of one sequence.
///
/// It has its own random numbers and its own memory of what was generated, so that the text does not
/// depend on the company in the batch. The work on a vocabulary happens in `Candidates`, which all
/// sequences of a thread share; nothing is allocated for a token once those have grown.
package struct Sampler: Sendable {
  private let chain: SamplerChain
  private var penalties: Penalties
  private var generator: SeededGenerator

  /// A sampler at the start of generation; `prompt` is what the repetition penalty looks at.
  package init(_ parameters: SamplingParameters, prompt: some Sequence<Int32>) {
    chain = SamplerChain(parameters)
    penalties = Penalties(parameters, prompt: prompt)
    generator = SeededGenerator(seed: parameters.seed ?? UInt64.random(in: .min ... .max))
  }

  /// The next token, which is remembered as generated.
  ///
  /// - Parameters:
  ///   - logits: One for each token of the vocabulary; bias and penalties are written into them. NaN
  ///     counts as minus infinity.
  ///   - forbidden: Tokens out of the question this time, such as the end of text before `min_tokens`.
  ///   - mask: The tokens that may come; nil for all.
  ///   - candidates: Scratch of the calling thread.
  /// - Returns: An index of `logits`; if no token is left, the first of the mask, or 0.
  package mutating func sample(
    _ logits: inout MutableSpan<Float>, forbidding forbidden: [Int32] = [], admitting mask: TokenMask? = nil,
    candidates: inout Candidates
  ) -> Int32 {
    mask?.apply(to: &logits)
    let index = chain.pick(
      from: &logits, penalties: penalties, forbidding: forbidden, candidates: &candidates,
      unit: { generator.nextUnit() })
    var token = Int32(truncatingIfNeeded: index)
    // Where all that is admitted has logits of NaN or minus infinity.
    if let mask, !mask.contains(token) { token = mask.first ?? token }
    penalties.record(token)
    return token
  }
}
