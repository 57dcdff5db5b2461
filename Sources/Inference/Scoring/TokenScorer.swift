#if canImport(Glibc)
  import Glibc
#endif

/// Makes scores of rows of logits; scratch of one thread.
///
/// A row's score depends on that row alone and is computed with our own exponential, so it has the same bits in any company.
struct TokenScorer {
  /// A row as the model gave it, while a sampler reworks the original.
  private var kept: [Float] = []

  mutating func keep(_ logits: borrowing Span<Float>) {
    if kept.count != logits.count { kept = Array(repeating: 0, count: logits.count) }
    for index in logits.indices { kept[index] = logits[index] }
  }

  /// The score of a token by the row that was kept.
  func score(of token: Int32, top: Int) -> TokenScore { Self.score(of: token, in: kept.span, top: top) }

  /// The score of a token by a row of logits, `[vocabularySize]`; O(vocabulary), and O(top) for each that is among the likeliest so far.
  static func score(of token: Int32, in logits: borrowing Span<Float>, top: Int) -> TokenScore {
    let normalizer = logSumExp(logits)
    let likeliest = likeliest(top, in: logits).map {
      TokenScore.Ranked(token: Int32($0), logProbability: Float(Double(logits[$0]) - normalizer))
    }
    return TokenScore(
      token: token, logProbability: Float(Double(logits[Int(token)]) - normalizer), top: likeliest)
  }

  /// What is taken from a logit to make it a log-probability.
  private static func logSumExp(_ logits: borrowing Span<Float>) -> Double {
    let greatest = Greatest.value(in: logits)
    var total = 0.0
    let whole = logits.count / 16 &* 16
    for start in stride(from: 0, to: whole, by: 16) {
      total += Double((Lanes(logits, from: start) - greatest).exponential().mass)
    }
    if whole < logits.count {
      var rest = Lanes(repeating: -.infinity)
      for index in whole..<logits.count { rest[index - whole] = logits[index] }
      total += Double((rest - greatest).exponential().mass)
    }
    return log(total) + Double(greatest)
  }

  /// The places of the greatest logits, descending.
  private static func likeliest(_ count: Int, in logits: borrowing Span<Float>) -> [Int] {
    var best: [Int] = []
    guard count > 0 else { return best }
    var least = -Float.infinity
    for start in stride(from: 0, to: logits.count, by: 16) {
      let end = min(start &+ 16, logits.count)
      // Nearly always none of sixteen is among the likeliest so far: one comparison for all.
      guard best.count < count || end &- start < 16 || any(Lanes(logits, from: start) .> least) else {
        continue
      }
      for index in start..<end where best.count < count || logits[index] > least {
        if best.count == count { best.removeLast() }
        best.insert(index, at: best.firstIndex { logits[$0] < logits[index] } ?? best.count)
        if best.count == count, let last = best.last { least = logits[last] }
      }
    }
    return best
  }
}
