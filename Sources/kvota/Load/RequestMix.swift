import Inference

/// Lengths of requests as they come when there is no trace: kinds, and how many of ten are of each.
struct RequestMix {
  struct Kind {
    let name: String
    let share: Int
    let promptTokens: ClosedRange<Int>
    let outputTokens: ClosedRange<Int>
  }

  /// Questions, conversations that have gone on for some time, and documents to be summed up.
  static let kinds = [
    Kind(name: "question", share: 6, promptTokens: 32...256, outputTokens: 32...128),
    Kind(name: "conversation", share: 3, promptTokens: 512...1536, outputTokens: 64...256),
    Kind(name: "document", share: 1, promptTokens: 2048...3072, outputTokens: 64...128),
  ]

  /// So many requests in an order that the generator chooses; the shares are met as exactly as the count allows.
  static func draw(_ count: Int, using random: inout SeededGenerator) -> [TraceEntry] {
    let turn = kinds.flatMap { kind in repeatElement(kind, count: kind.share) }
    return (0..<count).map { index in turn[index % turn.count] }.shuffled(using: &random).map { kind in
      TraceEntry(
        promptTokens: .random(in: kind.promptTokens, using: &random),
        outputTokens: .random(in: kind.outputTokens, using: &random))
    }
  }
}
