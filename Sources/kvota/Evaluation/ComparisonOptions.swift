import ArgumentParser
import Caching
import Evaluation
import Serving

/// Which caches are compared: policies x budgets x strides.
struct ComparisonOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Policies, with commas between; options of one follow it after colons, as requests name them: "
        + "roco,tova,roco:recent=32:decode_margin=0.2. See `kvota policies`.", valueName: "list"))
  var policies: [String] = []

  @Option(
    help: ArgumentHelp(
      "Budgets, with commas between: slots (512), shares of the prompt (0.5, 50%) or bytes (64MiB). (default: "
        + "\(defaultBudgets))", valueName: "list"))
  var budgets: [String] = []

  @Option(help: ArgumentHelp("Prompt tokens between evictions, with commas between.", valueName: "list"))
  var strides: [String] = []

  static let defaultBudgets = "64,128,256,512"
  static let defaultPolicies = "streaming,h2o,tova,roco"

  /// A row for each policy, budget and stride; `full` is left out, since it is always compared with.
  ///
  /// A policy that says its stride has that one only. Throws `ValidationError`.
  func cells(defaultPolicies: String = defaultPolicies) throws -> [Cell] {
    let policies = Self.parts(self.policies.isEmpty ? [defaultPolicies] : self.policies)
    let budgets = Self.parts(self.budgets.isEmpty ? [Self.defaultBudgets] : self.budgets)
    let strides = Self.parts(self.strides)
    return try policies.filter { $0 != Cell.full.policy }.flatMap { policy in
      try budgets.flatMap { budget in
        try (strides.isEmpty || policy.contains(":stride=") ? [nil] : strides.map(Optional.some)).map {
          try Self.cell(policy, budget: budget, stride: $0)
        }
      }
    }
  }

  private static func parts(_ lists: [String]) -> [String] {
    lists.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }

  private static func cell(_ policy: String, budget: String, stride: String?) throws -> Cell {
    let options = policy.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let text = (options + ["budget=\(budget)"] + (stride.map { ["stride=\($0)"] } ?? [])).joined(
      separator: "; ")
    do {
      guard !options[0].isEmpty, !options[0].contains("=") else {
        throw ValidationError("'\(policy)' does not begin with a policy; write it as in roco:recent=32")
      }
      let name = try EvictionPolicies.description(named: options[0]).name
      let request = try CacheText.request(text)
      return Cell(
        policy: ([name] + options.dropFirst()).joined(separator: ":"), budget: budget, request: request)
    } catch {
      throw ValidationError("'\(policy)' with budget \(budget): \(error)")
    }
  }
}
