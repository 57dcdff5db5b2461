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

  /// Makes options that say nothing.
  package init() {}

  /// The known field names, in the order of the documentation.
  package static let fieldNames = [
    "policy", "budget", "stride", "sinks", "recent", "recent_ratio", "scope", "seed", "faithful", "mode",
    "positions", "pins",
  ]

  /// These options, and where they say nothing, those of a weaker source.
  package func merged(over weaker: CacheOptions) -> CacheOptions {
    var merged = CacheOptions()
    merged.policy = policy ?? weaker.policy
    merged.budget = budget ?? weaker.budget
    merged.stride = stride ?? weaker.stride
    merged.sinks = sinks ?? weaker.sinks
    merged.recent = recent ?? weaker.recent
    merged.recentRatio = recentRatio ?? weaker.recentRatio
    merged.scope = scope ?? weaker.scope
    merged.seed = seed ?? weaker.seed
    merged.faithful = faithful ?? weaker.faithful
    return merged
  }

  /// What holds for a request: body beats header beats alias beats the server's default, field by field.
  package static func resolve(
    body: CacheOptions?, header: CacheOptions?, alias: CacheOptions?, serverDefault: CacheOptions
  ) -> CacheOptions {
    [body, header, alias].compactMap(\.self).reversed()
      .reduce(serverDefault) { weaker, stronger in stronger.merged(over: weaker) }
  }

  /// Refuses a policy that is not among the known names.
  package func checkPolicy(known: [String]) throws(APIError) {
    guard let policy, !known.contains(policy) else { return }
    throw .invalidRequest(
      "unknown eviction policy '\(policy)'; known: \(known.joined(separator: ", "))",
      param: "kv_cache.policy", code: "invalid_value")
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
