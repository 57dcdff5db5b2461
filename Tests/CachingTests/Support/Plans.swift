import Caching
import Kernels

/// Small shapes and short ways to ask for plans.
enum Small {
  static var shape: CacheShape {
    get throws { try CacheShape(layers: 2, kvHeads: 2, queryHeads: 6, headDimension: 16) }
  }

  static func shape(_ type: KeyValueType) throws -> CacheShape {
    var shape = try shape
    shape.type = type
    return shape
  }

  static func plan(
    _ request: CacheRequest, type: KeyValueType = .f16, prompt: Int, new: Int
  ) throws -> CachePlan {
    try CachePlan(request, shape: shape(type), promptTokens: prompt, maxNewTokens: new)
  }

  static var evictingPolicies: [String] { EvictionPolicies.all.filter(\.evicts).map(\.name) }

  /// Policies, each with the scopes that it knows.
  static var scopedPolicies: [(name: String, scope: BudgetScope)] {
    EvictionPolicies.all.flatMap { policy in
      BudgetScope.allCases.filter { policy.evictsGenerated || $0 == .prefill }.map { (policy.name, $0) }
    }
  }

  /// Parameters with which a policy evicts after every generated token.
  static func eachToken(_ policy: String) throws -> [String: Double] {
    let parameters = try EvictionPolicies.description(named: policy).parameters
    return parameters.contains { $0.name == "interval" } ? ["interval": 1] : [:]
  }

  /// What a plan is refused with; nil if it is not.
  static func refusal(_ request: CacheRequest, prompt: Int, new: Int) -> CacheError? {
    do {
      _ = try plan(request, prompt: prompt, new: new)
      return nil
    } catch { return error as? CacheError }
  }
}
