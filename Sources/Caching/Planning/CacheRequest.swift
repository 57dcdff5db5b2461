/// The newest slots that are never evicted.
package enum RecentWindow: Sendable, Equatable {
  case slots(Int)
  /// A share of the budget, at least 0 and below 1, rounded down.
  case ratio(Double)

  /// The window in slots under a budget of `budget` slots.
  func slots(under budget: Int) -> Int {
    switch self {
    case .slots(let count): count
    case .ratio(let share): Int(Double(budget) * share)
    }
  }

  /// The window as users write it.
  var text: String {
    switch self {
    case .slots(let count): "\(count)"
    case .ratio(let share): "\(share)"
    }
  }

  var isPossible: Bool {
    switch self {
    case .slots(let count): (0...CacheRequest.mostSlots).contains(count)
    case .ratio(let share): share >= 0 && share < 1
    }
  }
}

/// What a request asks of its cache; all but the policy's name may be left out.
package struct CacheRequest: Sendable, Equatable {
  /// A name or alias of `EvictionPolicies`.
  package var policy: String
  /// Needed by every policy that evicts; a hard limit on the sequence under `full`.
  package var budget: CacheBudget?
  package var scope: BudgetScope
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

  package init(
    policy: String = "full", budget: CacheBudget? = nil, scope: BudgetScope = .total, stride: Int? = nil,
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
    if faithful, sinks != nil || recent != nil { throw .fixedWhenFaithful(sinks != nil ? "sinks" : "recent") }
  }
}
