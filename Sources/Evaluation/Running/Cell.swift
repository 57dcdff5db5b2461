package import Caching
package import Kernels

/// One row of a comparison: what a cache is asked, and what the user called it.
package struct Cell: Sendable, Equatable {
  /// The policy with its options as they were written, such as `roco:recent=32`.
  package let policy: String
  /// The budget as it was written; empty for the full cache.
  package let budget: String
  package let request: CacheRequest
  /// How the cache stores keys and values.
  package var type = KeyValueType.f16

  package init(policy: String, budget: String, request: CacheRequest) {
    self.policy = policy
    self.budget = budget
    self.request = request
  }

  /// The cache that keeps everything, with which all others are compared.
  package static let full = Cell(policy: "full", budget: "", request: CacheRequest())

  package var name: String {
    (budget.isEmpty ? policy : "\(policy) at \(budget)") + (type == .f16 ? "" : " in \(type.rawValue)")
  }

  /// The same, but for how keys and values are stored.
  package func stored(as type: KeyValueType) -> Cell {
    var cell = self
    cell.type = type
    return cell
  }

  /// The plan of the cell's cache for a sequence of these lengths; `shape` is the model's.
  ///
  /// Throws `EvaluationError`, which names the cell.
  func plan(shape: CacheShape, promptTokens: Int, newTokens: Int) throws(EvaluationError) -> CachePlan {
    var shape = shape
    shape.type = type
    let plan: CachePlan
    do {
      plan = try CachePlan(request, shape: shape, promptTokens: promptTokens, maxNewTokens: newTokens)
    } catch {
      throw .cell(name, error)
    }
    guard plan.longestChunk <= ModelRunner.chunkTokens else {
      throw .stride(name, plan.stride, most: ModelRunner.chunkTokens)
    }
    return plan
  }
}

extension CachePlan {
  /// Prompt tokens that are fed before the plan's first eviction may follow, but for the last, whose logits everybody wants.
  var sharedTokens: Int { nextChunk(fed: 0, atMost: promptTokens - 1) }
}

/// What a cell's cache held in the end, and at most.
package struct CacheFacts: Sendable, Equatable {
  /// Prompt tokens between evictions; nil for the full cache.
  package let stride: Int?
  /// The budget in slots of each (layer, KV head); nil for the full cache.
  package let budgetSlots: Int?
  /// Slots of each (layer, KV head) after the last step.
  package let keptSlots: Int
  package let peakSlots: Int
  package let peakBytes: Int
  /// What of these is not keys and values in slots.
  package let bookkeepingBytes: Int

  init(_ cache: SequenceCache) {
    let plan = cache.plan
    stride = plan.budgetSlots.map { _ in plan.stride }
    budgetSlots = plan.budgetSlots
    keptSlots = cache.residentSlots
    peakSlots = plan.peakSlots
    peakBytes = plan.peakBytes
    bookkeepingBytes = plan.bookkeepingBytes
  }
}
