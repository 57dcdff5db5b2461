import Glibc

/// Which experts a token uses, and with what share each: the softmax of the greatest of its router's logits.
struct ExpertChoice {
  /// The experts, the likeliest first; of equal ones the first.
  let experts: [Int]
  /// Their shares, which sum to 1.
  let shares: [Float]

  init(logits: [Float], used: Int) {
    let order = logits.indices.sorted { logits[$0] != logits[$1] ? logits[$0] > logits[$1] : $0 < $1 }
    experts = Array(order.prefix(used))
    let greatest = experts.first.map { logits[$0] } ?? 0
    let powers = experts.map { exp(logits[$0] - greatest) }
    let total = powers.reduce(0, +)
    shares = powers.map { $0 / total }
  }
}
