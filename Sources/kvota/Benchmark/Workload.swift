import Caching

/// One row of the benchmark: what is fed, and which part of it is timed.
struct Workload: Encodable {
  enum Phase: String, Encodable {
    /// Prompt tokens, all sequences together.
    case prefill
    /// Generated tokens, all sequences together, once all prompts are in.
    case decode
  }

  let name: String
  let timed: Phase
  let sequences: Int
  let promptTokens: Int
  let newTokens: Int
  /// Nil is a full cache.
  let budgetSlots: Int?

  static let all = [
    Workload("prefill 512", .prefill, prompt: 512, new: 1),
    Workload("decode, batch 1", .decode, prompt: 128, new: 64),
    Workload("decode at 4096", .decode, prompt: 4096, new: 64),
    Workload("decode at 4096, roco 512", .decode, prompt: 4096, new: 64, budget: 512),
    Workload("decode, batch 8", .decode, sequences: 8, prompt: 128, new: 64),
  ]

  private init(
    _ name: String, _ timed: Phase, sequences: Int = 1, prompt: Int, new: Int, budget: Int? = nil
  ) {
    self.name = name
    self.timed = timed
    self.sequences = sequences
    promptTokens = prompt
    newTokens = new
    budgetSlots = budget
  }

  /// Tokens whose time is taken.
  var timedTokens: Int { sequences * (timed == .prefill ? promptTokens : newTokens) }

  /// The prompt of every sequence: the same mixture of tokens each time.
  func prompt(vocabularySize: Int) -> [Int32] {
    (0..<promptTokens).map { Int32(($0 * 7919 + 11) % max(1, vocabularySize)) }
  }

  /// The cache that each sequence gets.
  func plan(_ shape: CacheShape) throws(CacheError) -> CachePlan {
    let request = CacheRequest(
      policy: budgetSlots == nil ? "full" : "roco", budget: budgetSlots.map(CacheBudget.slots))
    return try CachePlan(request, shape: shape, promptTokens: promptTokens, maxNewTokens: newTokens)
  }
}
