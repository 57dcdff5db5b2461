import Caching
import OpenAIAPI

/// What can be said about a cache: policies with their parameters, allocators, and all options.
struct PolicyList: Encodable {
  struct Parameter: Encodable {
    let name: String
    let summary: String
    let defaultValue: Double
    let range: [Double]
    let isWhole: Bool
  }

  struct Policy: Encodable {
    let name: String
    let aliases: [String]
    let summary: String
    let evicts: Bool
    let evictsGenerated: Bool
    /// Generated tokens from one eviction to the next.
    let interval: Int
    let pool: Int
    let prefillRecent: String
    let decodeRecent: String
    let needsOriginalPositions: Bool
    let parameters: [Parameter]
  }

  /// An allocator or an option.
  struct Entry: Encodable {
    let name: String
    let summary: String
  }

  let policies: [Policy]
  let allocators: [Entry]
  let options: [Entry]

  /// Throws `CacheError` if a policy refuses its own defaults.
  init() throws {
    policies = try EvictionPolicies.all.map(Policy.init)
    allocators = BudgetAllocators.all.map { Entry(name: $0.name, summary: $0.summary) }
    options = CacheField.all.map { Entry(name: $0.name, summary: $0.summary) }
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

  /// What differs between policies, for the terminal.
  fileprivate var traits: String {
    guard evicts else { return "nothing is evicted" }
    let generated =
      evictsGenerated
      ? "evicts the prompt and every \(interval == 1 ? "generated token" : "\(interval) generated tokens")"
      : "evicts the prompt only"
    let recent =
      evictsGenerated ? "recent \(prefillRecent), generating \(decodeRecent)" : "recent \(prefillRecent)"
    return [
      generated, recent, pool > 1 ? "pool \(pool)" : nil,
      needsOriginalPositions ? "original positions only" : nil,
    ].compactMap { $0 }.joined(separator: "; ")
  }
}

extension PolicyList {
  /// For the terminal.
  var text: String {
    [
      "Policies (recent: newest slots that stay by default)", policies.map(text).joined(separator: "\n"),
      "\nAllocators", text(allocators), "\nOptions", text(options),
    ].joined(separator: "\n")
  }

  private func text(_ policy: Policy) -> String {
    let names = ([policy.name] + policy.aliases).joined(separator: ", ")
    let parameters = policy.parameters.map { parameter in
      let numbers = ([parameter.defaultValue] + parameter.range).map {
        parameter.isWhole ? "\(Int($0))" : "\($0)"
      }
      return "\n      \(parameter.name) = \(numbers[0]), \(numbers[1]) to \(numbers[2]): \(parameter.summary)"
    }
    return line(names, policy.summary) + "\n      \(policy.traits)" + parameters.joined()
  }

  private func text(_ entries: [Entry]) -> String {
    entries.map { line($0.name, $0.summary) }.joined(separator: "\n")
  }

  private func line(_ name: String, _ summary: String) -> String {
    "  " + name + String(repeating: " ", count: max(1, 20 - name.count)) + summary
  }
}
