/// How much cache a request may keep: the B of the policies.
package enum CacheBudget: Sendable, Equatable, Codable {
  /// Slots in every (layer, KV head).
  case slots(Int)
  /// A share of the prompt's tokens, above 0 and at most 1; in `generated` scope, of the tokens that may be generated.
  case ratio(Double)
  /// The bytes that the sequence may hold at its peak, all layers and heads together, bookkeeping included.
  case bytes(Int)

  /// The budget as users write it.
  var text: String {
    switch self {
    case .slots(let count): "\(count)"
    case .ratio(let ratio): "\(ratio)"
    case .bytes(let count): "\(count)B"
    }
  }

  /// Whether the number is positive, and a ratio at most 1.
  var isPossible: Bool {
    switch self {
    case .slots(let count), .bytes(let count): count > 0
    case .ratio(let ratio): ratio > 0 && ratio <= 1
    }
  }
}

/// Which tokens a budget counts; in brackets EasyKV's name of the mode.
package enum BudgetScope: String, Sendable, Equatable, CaseIterable, Codable {
  /// Prompt and generated tokens alike (`auto`).
  case total
  /// Generated tokens only; the prompt is kept whole (`decoding`).
  case generated
  /// The prompt only; generated tokens are all kept (`encoding`).
  case prefill
}
