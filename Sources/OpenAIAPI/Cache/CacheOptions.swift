/// What one source (body, header, alias, server default) says about a request's KV cache.
///
/// Each field is nil where the source does not say. Values have the right type and syntax; whether there is
/// such a policy, and whether the budget can hold the request, is for the server to check.
package struct CacheOptions: Equatable, Sendable {
  /// The eviction policy's name.
  package var policy: String?

  /// How much may stay in the cache.
  package var budget: RequestedBudget?

  /// How many tokens a prefill chunk has, from 1.
  package var stride: Int?

  /// How many first positions are never evicted, from 0.
  package var sinks: Int?

  /// How many newest slots are never evicted, from 0.
  package var recent: Int?

  /// The share of the budget that the newest slots get, 0 to 1.
  package var recentRatio: Double?

  /// Which tokens the budget counts.
  package var scope: BudgetScope?

  /// The seed of policies that draw.
  package var seed: Int?

  /// Whether EasyKV's exact sets are used, without our additional protection.
  package var faithful: Bool?

  /// Numbers for parameters of the policy itself, by name; which there are is for the server to check.
  package var parameters: [String: Double] = [:]

  /// Makes options that say nothing.
  package init() {}

  /// The known field names, in the order of the documentation.
  package static let fieldNames = [
    "policy", "budget", "stride", "sinks", "recent", "recent_ratio", "scope", "seed", "faithful", "mode",
    "positions", "pins",
  ]

  /// These options, and where they say nothing, those of a weaker source.
  ///
  /// `recent` and `recentRatio` say the same thing, so either replaces both of a weaker source. Parameters belong
  /// to the policy that they were sent with.
  package func merged(over weaker: CacheOptions) -> CacheOptions {
    var merged = CacheOptions()
    merged.policy = policy ?? weaker.policy
    merged.budget = budget ?? weaker.budget
    merged.stride = stride ?? weaker.stride
    merged.sinks = sinks ?? weaker.sinks
    let saysRecent = recent != nil || recentRatio != nil
    merged.recent = saysRecent ? recent : weaker.recent
    merged.recentRatio = saysRecent ? recentRatio : weaker.recentRatio
    merged.scope = scope ?? weaker.scope
    merged.seed = seed ?? weaker.seed
    merged.faithful = faithful ?? weaker.faithful
    let keepsPolicy = policy == nil || policy == weaker.policy
    merged.parameters = (keepsPolicy ? weaker.parameters : [:]).merging(parameters) { $1 }
    return merged
  }
}

/// Which tokens a budget counts.
package enum BudgetScope: String, CaseIterable, Sendable {
  /// Prompt and generated tokens.
  case total

  /// Generated tokens; the prompt is kept whole.
  case generated

  /// Prompt tokens; generated tokens are kept.
  case prefill
}
