import Caching
import OpenAIAPI

/// What a request's cache is to be, out of all places that may say it.
enum CacheResolution {
  /// Merges the sources, the strongest first, and turns the result into what the engine takes.
  ///
  /// Field by field the stronger source wins. But a source that chooses a policy which keeps everything is not
  /// held to a weaker source's budget, which was meant for another policy.
  static func cacheRequest(
    body: CacheOptions?, header: CacheOptions?, alias: CacheOptions?, serverDefault: CacheOptions
  ) throws(APIError) -> CacheRequest {
    let merged = [alias, header, body].compactMap(\.self).reduce(serverDefault) { weaker, stronger in
      var weaker = weaker
      if let policy = stronger.policy, !evicts(policy) { weaker.budget = nil }
      return stronger.merged(over: weaker)
    }
    return try cacheRequest(merged)
  }

  private static func evicts(_ policy: String) -> Bool {
    (try? EvictionPolicies.description(named: policy))?.evicts ?? true
  }

  private static func cacheRequest(_ options: CacheOptions) throws(APIError) -> CacheRequest {
    CacheRequest(
      policy: options.policy ?? "full", budget: options.budget.map(budget),
      scope: options.scope.map(scope), stride: options.stride, sinks: options.sinks,
      recent: try recent(options),
      seed: UInt64(bitPattern: Int64(options.seed ?? 0)), faithful: options.faithful ?? false,
      parameters: try parameters(options))
  }

  /// Refuses names that the policy does not have as unknown fields; an unknown policy is told by the engine.
  private static func parameters(_ options: CacheOptions) throws(APIError) -> [String: Double] {
    guard let policy = try? EvictionPolicies.description(named: options.policy ?? "full") else { return [:] }
    let known = policy.parameters.map(\.name)
    for name in options.parameters.keys.sorted() where !known.contains(name) {
      throw CacheOptions.unknown("kv_cache.\(name)", parameters: known)
    }
    return options.parameters
  }

  private static func budget(_ requested: RequestedBudget) -> CacheBudget {
    switch requested {
    case .slots(let count): .slots(count)
    case .ratio(let share): .ratio(share)
    case .bytes(let count): .bytes(count)
    }
  }

  private static func scope(_ scope: OpenAIAPI.BudgetScope) -> Caching.BudgetScope {
    switch scope {
    case .total: .total
    case .generated: .generated
    case .prefill: .prefill
    }
  }

  private static func recent(_ options: CacheOptions) throws(APIError) -> RecentWindow? {
    switch (options.recent, options.recentRatio) {
    case (nil, nil): nil
    case (let slots?, nil): .slots(slots)
    case (nil, let ratio?): .ratio(ratio)
    case (_?, _?):
      throw .invalidRequest(
        "'recent' (slots) and 'recent_ratio' (a share of the budget) say the same thing; send one",
        param: "kv_cache.recent_ratio", code: "invalid_value")
    }
  }
}
