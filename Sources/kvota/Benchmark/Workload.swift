import Caching

/// One row of the benchmark: what is fed, and which part of it is timed.
struct Workload: Encodable, Equatable {
  enum Section: String, Encodable, CaseIterable {
    /// Prompt tokens, all sequences together.
    case prefill
    /// Generated tokens of several sequences together, after short prompts.
    case batch
    /// Generated tokens of one sequence after a prompt of some length.
    case depth
    /// The same, with evictions.
    case budget
  }

  let section: Section
  var sequences = 1
  var promptTokens: Int
  /// Generated in each repetition, by each sequence.
  var newTokens: Int
  var policy = "full"
  /// Nil is a full cache.
  var budgetSlots: Int?

  var name: String {
    let cache = budgetSlots.map { ", \(policy) \($0)" } ?? ""
    return switch section {
    case .prefill: "prefill \(promptTokens)\(cache)"
    case .batch: "decode, batch \(sequences)"
    case .depth, .budget: "decode at \(depth)\(cache)"
    }
  }

  /// Tokens before those that are generated; without any the first is generated after a single one.
  var depth: Int { promptTokens == 1 ? 0 : promptTokens }

  var isPrefill: Bool { section == .prefill }

  /// Tokens whose time is taken in a repetition.
  var timedTokens: Int { sequences * (isPrefill ? promptTokens : newTokens) }

  /// Whether every repetition begins with the prompt, as the peer's do.
  ///
  /// A long one is fed once, and generation goes on from one repetition to the next.
  var beginsAnew: Bool { isPrefill || promptTokens <= 512 }

  /// Tokens of a sequence after so many repetitions.
  func totalTokens(repetitions: Int) -> Int { promptTokens + newTokens * (beginsAnew ? 1 : repetitions) }

  /// The prompt of every sequence: the same mixture of tokens each time.
  func prompt(vocabularySize: Int) -> [Int32] { Self.prompt(promptTokens, vocabularySize: vocabularySize) }

  static func prompt(_ tokens: Int, vocabularySize: Int) -> [Int32] {
    (0..<tokens).map { Int32(($0 * 7919 + 11) % max(1, vocabularySize)) }
  }

  /// The cache that each sequence gets.
  func plan(_ shape: CacheShape, repetitions: Int) throws(CacheError) -> CachePlan {
    let request = CacheRequest(policy: policy, budget: budgetSlots.map(CacheBudget.slots))
    return try CachePlan(
      request, shape: shape, promptTokens: promptTokens,
      maxNewTokens: totalTokens(repetitions: repetitions) - promptTokens)
  }
}
