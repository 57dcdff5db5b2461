import Caching
import OpenAIAPI

/// What can be said about a cache: policies with their parameters, allocators, and all options.
package struct PolicyList: Encodable, Sendable {
  package struct Parameter: Encodable, Sendable {
    package let name: String
    package let summary: String
    package let defaultValue: Double
    package let range: [Double]
    package let isWhole: Bool
  }

  package struct Policy: Encodable, Sendable {
    package let name: String
    package let aliases: [String]
    package let summary: String
    package let evicts: Bool
    package let evictsGenerated: Bool
    /// Generated tokens from one eviction to the next.
    package let interval: Int
    package let pool: Int
    package let prefillRecent: String
    package let decodeRecent: String
    package let needsOriginalPositions: Bool
    package let parameters: [Parameter]
  }

  package struct Allocator: Encodable, Sendable {
    package let name: String
    package let summary: String
  }

  package struct Option: Encodable, Sendable {
    package let name: String
    package let summary: String
    /// What kind of value it takes.
    package let form: String
    /// The values of a choice.
    package let values: [String]?
  }

  package let policies: [Policy]
  package let allocators: [Allocator]
  package let options: [Option]

  /// Throws `CacheError` if a policy refuses its own defaults.
  package init() throws {
    policies = try EvictionPolicies.all.map(Policy.init)
    allocators = BudgetAllocators.all.map { Allocator(name: $0.name, summary: $0.summary) }
    options = CacheField.all.map(Option.init)
  }
}

extension PolicyList.Policy {
  init(_ description: EvictionPolicyDescription) throws {
    name = description.name
    aliases = description.aliases
    summary = description.summary
    evicts = description.evicts
    evictsGenerated = description.evicts && description.evictsGenerated
    interval = try description.policy(with: [:]).interval
    pool = description.pool
    prefillRecent = Self.text(description.prefillRecent)
    decodeRecent = Self.text(description.decodeRecent)
    needsOriginalPositions = description.needsOriginalPositions
    parameters = description.parameters.map {
      PolicyList.Parameter(
        name: $0.name, summary: $0.summary, defaultValue: $0.defaultValue,
        range: [$0.range.lowerBound, $0.range.upperBound], isWhole: $0.isWhole)
    }
  }

  private static func text(_ window: RecentWindow) -> String {
    switch window {
    case .slots(let count): "\(count)"
    case .ratio(let share): "\(share) of the budget"
    }
  }
}

extension PolicyList.Option {
  init(_ field: CacheField) {
    name = field.name
    summary = field.summary
    form = field.form.rawValue
    values = Self.choices[field.name]
  }

  private static let choices: [String: [String]] = [
    "policy": EvictionPolicies.names, "allocator": BudgetAllocators.names,
    "scope": BudgetScope.allCases.map(\.rawValue), "mode": EvictionMode.allCases.map(\.rawValue),
    "positions": KeyPositions.allCases.map(\.rawValue), "reduce": GroupReduction.allCases.map(\.rawValue),
  ]
}
