/// Makes tokens that were seen before less likely, at a cost that grows with the distinct ones only.
///
/// Presence and frequency penalties count generated tokens (OpenAI's definition); the repetition
/// penalty (Keskar et al., arXiv 1909.05858) also looks at the prompt.
struct Penalties: Sendable {
  private let presence: Float
  private let frequency: Float
  private let repetition: Float
  /// How often each token was generated; 0 for one that only the prompt holds.
  private var timesGenerated: [Int32: Int] = [:]

  init(_ parameters: SamplingParameters, prompt: some Sequence<Int32>) {
    presence = parameters.presencePenalty
    frequency = parameters.frequencyPenalty
    repetition = parameters.repetitionPenalty > 0 ? parameters.repetitionPenalty : 1
    guard repetition != 1 else { return }
    for token in prompt { timesGenerated[token] = 0 }
  }

  private var changeNothing: Bool { presence == 0 && frequency == 0 && repetition == 1 }

  mutating func record(_ token: Int32) {
    guard !changeNothing else { return }
    timesGenerated[token, default: 0] += 1
  }

  /// Lowers the logits of the tokens seen so far: repetition first, as vLLM and transformers do.
  func apply(to logits: inout MutableSpan<Float>) {
    for (token, times) in timesGenerated {
      guard logits.indices.contains(Int(token)) else { continue }
      var logit = logits[Int(token)]
      logit = logit > 0 ? logit / repetition : logit * repetition
      if times > 0 { logit -= frequency * Float(times) + presence }
      logits[Int(token)] = logit
    }
  }
}
