/// When a prompt that is larger than the budget is evicted.
package enum EvictionMode: String, Sendable, Equatable, CaseIterable {
  /// After every chunk: the cache never holds more than the budget and a chunk.
  case hard
  /// Once, at the end of the prompt: better informed, but the cache holds all of the prompt until then.
  case soft
}

/// At which positions keys are read.
package enum KeyPositions: String, Sendable, Equatable, CaseIterable {
  /// Where their tokens stood in the sequence: distances are exact, and the sequence ends with the model's context.
  case original
  /// Where they stand among the slots that are left (StreamingLLM, arXiv 2309.17453): a sequence has no end.
  case cache
}

/// How the attention of the query heads that share a KV head is joined.
package enum GroupReduction: String, Sendable, Equatable, CaseIterable {
  /// The mean of their weights.
  case mean
  /// The softmax of the largest of their logits.
  case max
}

/// What is done to any policy's ranking.
package struct RankModifiers: Sendable, Equatable {
  /// Multiplies a slot's worth by the magnitude of its value, `|v|_1` (VATP, arXiv 2406.12335).
  package var value = false
  /// Gives a slot the largest worth among so many neighbours, itself included; by default what the policy says.
  package var pool: Int?
  /// What an earlier query's attention counts for with each later one; 1 never forgets.
  package var decay = 1.0
  /// Share of the candidates, those of the largest values, that stay.
  package var guardShare = 0.0
  /// Whether every span (message) keeps its share of the budget.
  package var fair = false
  /// How query heads are joined; by default what the policy says.
  package var reduce: GroupReduction?

  package init() {}
}

/// What a request asks of its cache; all but the policy's name may be left out.
package struct CacheRequest: Sendable, Equatable {
  /// A name or alias of `EvictionPolicies`.
  package var policy: String
  /// Needed by every policy that evicts; a hard limit on the sequence under `full`.
  package var budget: CacheBudget?
  /// By default `total`, or `prefill` for a policy that evicts prompts only.
  package var scope: BudgetScope?
  /// Prompt tokens in each forward that evicts; by default 32, or what a small budget leaves beside the protected slots.
  package var stride: Int?
  /// First positions that are never evicted; by default 4, or a quarter of a small budget.
  package var sinks: Int?
  /// Newest slots that are never evicted; by default what the policy asks for, or a quarter of a small budget.
  ///
  /// A slot has been seen by one query for each newer token and by its own, so this is also the grace given to newcomers.
  package var recent: RecentWindow?
  /// What the draws of `random` depend on.
  package var seed: UInt64
  /// EasyKV's exact schedule and candidates, for comparison with the paper's code.
  package var faithful: Bool
  /// Values for parameters of the policy, by name.
  package var parameters: [String: Double]
  package var mode = EvictionMode.hard
  package var positions = KeyPositions.original
  /// Whether queries count from the first token on, not only from where evictions begin.
  package var keepAttention = false
  /// A name of `BudgetAllocators`.
  package var allocator = "uniform"
  package var modifiers = RankModifiers()
  /// Positions of the prompt that are never evicted.
  package var pins: [Range<Int>] = []
  /// Slots to which the budget may be shrunk while tokens are generated, so that others can be let in; nil if it may not.
  package var elasticMinimum: Int?
  /// Spans of the prompt, ascending and apart, that `fair` divides the budget over.
  package var spans: [Range<Int>] = []

  package init(
    policy: String = "full", budget: CacheBudget? = nil, scope: BudgetScope? = nil, stride: Int? = nil,
    sinks: Int? = nil, recent: RecentWindow? = nil, seed: UInt64 = 0, faithful: Bool = false,
    parameters: [String: Double] = [:]
  ) {
    self.policy = policy
    self.budget = budget
    self.scope = scope
    self.stride = stride
    self.sinks = sinks
    self.recent = recent
    self.seed = seed
    self.faithful = faithful
    self.parameters = parameters
  }

  /// More slots than there are positions are never meant, and below this no sum of a few such numbers overflows.
  static let mostSlots = Int(Int32.max)

  /// Refuses values that no model and no prompt could make sense of.
  func check() throws(CacheError) {
    if let budget, !budget.isPossible { throw .invalidBudget(budget.text) }
    if let stride, !(1...Self.mostSlots).contains(stride) {
      throw .outOfRange(option: "stride", value: "\(stride)", expected: "1 to \(Self.mostSlots)")
    }
    if let sinks, !(0...Self.mostSlots).contains(sinks) {
      throw .outOfRange(option: "sinks", value: "\(sinks)", expected: "0 to \(Self.mostSlots)")
    }
    if let recent, !recent.isPossible {
      throw .outOfRange(
        option: "recent", value: recent.text,
        expected: "0 to \(Self.mostSlots) slots, or a share of the budget from 0 to below 1")
    }
    try modifiers.check()
    if faithful, let option = fixedByFaithful { throw .fixedWhenFaithful(option) }
    if modifiers.fair, spans.isEmpty { throw .spansMissing }
  }

  /// An option that is set although EasyKV has it fixed.
  private var fixedByFaithful: String? {
    if sinks != nil { return "sinks" }
    if recent != nil { return "recent" }
    if mode != .hard { return "mode" }
    if allocator != "uniform" { return "allocator" }
    if elasticMinimum != nil { return "elastic" }
    if !pins.isEmpty { return "pins" }
    return modifiers == RankModifiers() ? nil : "a modifier (value, pool, decay, guard, fair, reduce)"
  }
}

extension RankModifiers {
  static let widestPool = 63

  func check() throws(CacheError) {
    if let pool, !(1...Self.widestPool).contains(pool) || pool % 2 == 0 {
      throw .outOfRange(
        option: "pool", value: "\(pool)", expected: "an odd number from 1 to \(Self.widestPool)")
    }
    guard decay >= 0.5, decay <= 1 else {
      throw .outOfRange(option: "decay", value: "\(decay)", expected: "0.5 to 1")
    }
    guard guardShare >= 0, guardShare <= 0.5 else {
      throw .outOfRange(option: "guard", value: "\(guardShare)", expected: "a share from 0 to 0.5")
    }
  }
}
