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
  package var scope: String?

  /// When a prompt larger than the budget is evicted.
  package var mode: String?

  /// At which positions keys are read.
  package var positions: String?

  /// How the budget is spread over layers and heads.
  package var allocator: String?

  /// What of the prompt is never evicted.
  package var pins: [RequestedPin]?

  /// Whether attention counts from the first token on.
  package var keepAttention: Bool?

  /// Whether worth is multiplied by the magnitude of a slot's value.
  package var value: Bool?

  /// Among how many neighbours a slot gets the largest worth; odd.
  package var pool: Int?

  /// What earlier attention counts for with each later query, 0.5 to 1.
  package var decay: Double?

  /// The share of slots, those of the largest values, that is never evicted, 0 to 0.5.
  package var guardShare: Double?

  /// Whether every message keeps its share of the budget.
  package var fair: Bool?

  /// How the query heads that share a KV head are joined.
  package var reduce: String?

  /// The slots to which the budget may be shrunk while others wait for memory.
  package var elasticMinimum: Int?

  /// The seed of policies that draw.
  package var seed: Int?

  /// Whether EasyKV's exact sets are used, without our additional protection.
  package var faithful: Bool?

  /// Numbers for parameters of the policy itself, by name; which there are is for the server to check.
  package var parameters: [String: Double] = [:]

  /// Makes options that say nothing.
  package init() {}

  /// These options, and where they say nothing, those of a weaker source.
  ///
  /// `recent` and `recentRatio` say the same thing, so either replaces both of a weaker source. Parameters belong
  /// to the policy that they were sent with.
  package func merged(over weaker: CacheOptions) -> CacheOptions {
    var merged = self
    var weaker = weaker
    if recent != nil || recentRatio != nil { (weaker.recent, weaker.recentRatio) = (nil, nil) }
    for field in CacheField.all { field.inherit(&merged, weaker) }
    let keepsPolicy = policy == nil || policy == weaker.policy
    merged.parameters = (keepsPolicy ? weaker.parameters : [:]).merging(parameters) { $1 }
    return merged
  }

  /// These options without what only a chat can have, as defaults for both endpoints.
  package var withoutMessages: CacheOptions {
    var options = self
    options.fair = nil
    options.pins = pins?.filter { if case .tokens = $0 { true } else { false } }
    return options
  }
}
