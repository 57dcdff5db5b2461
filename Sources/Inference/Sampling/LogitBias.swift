/// Adds a request's own numbers to the logits of single tokens; minus infinity forbids one.
struct LogitBias: Sendable {
  private let biases: [(token: Int32, amount: Float)]

  init(_ parameters: SamplingParameters) {
    biases = parameters.logitBias.map { (token: $0.key, amount: $0.value) }
  }

  func apply(to logits: inout MutableSpan<Float>) {
    for (token, amount) in biases where logits.indices.contains(Int(token)) {
      logits[Int(token)] += amount
    }
  }

  /// Forbids `tokens` for this draw: the end of text while `min_tokens` or `ignore_eos` hold it off.
  static func forbid(_ tokens: some Sequence<Int32>, in logits: inout MutableSpan<Float>) {
    for token in tokens where logits.indices.contains(Int(token)) {
      logits[Int(token)] = -.infinity
    }
  }
}
