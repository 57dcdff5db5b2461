package import Caching
package import GGUF
import Inference
package import Kernels
package import Models

/// A loaded model with pools of caches: feeds one sequence at a time, in the steps that the serving engine makes.
package final class ModelRunner {
  package let shape: CacheShape
  package var contextLength: Int { model.configuration.contextLength }
  package var vocabularySize: Int { model.configuration.vocabularySize }
  /// Time that evictions took so far.
  package private(set) var evictionTime = Duration.zero

  private let model: Model
  /// One for each type of keys and values; none takes memory before it is used.
  private let pools: [KeyValueType: CachePool]
  private let eviction: Eviction
  private var batch = Batch()

  /// Prompt tokens of one step, as the engine has by default.
  package static let chunkTokens = 256

  /// Loads `file`, with `poolBytes` for caches of each type; `progress` is told the share loaded.
  ///
  /// Throws `ModelError` or `CacheError`.
  package init(
    file: GGUFFile, compute: Compute, poolBytes: Int, rotary: RotarySettings = RotarySettings(),
    progress: (Double) -> Void = { _ in }
  ) throws {
    model = try Model(
      file: file, compute: compute, maxTokens: Self.chunkTokens, maxLogitsRows: Self.chunkTokens,
      rotary: rotary, progress: progress)
    shape = try model.configuration.cacheShape
    pools = try Self.pools(poolBytes, shape)
    eviction = Eviction(compute: compute)
  }

  private static func pools(
    _ bytes: Int, _ shape: CacheShape
  ) throws(CacheError) -> [KeyValueType: CachePool] {
    var pools: [KeyValueType: CachePool] = [:]
    for type in KeyValueType.allCases {
      var shape = shape
      shape.type = type
      pools[type] = try CachePool(limitBytes: bytes, shape: shape)
    }
    return pools
  }

  /// Runs `body` with a cache that is released afterwards: empty, or with what it can take over from `source`.
  ///
  /// Throws `EvaluationError.poolTooSmall`, or what `body` throws.
  func withCache<Result>(
    _ plan: CachePlan, copying source: SequenceCache? = nil, _ body: (SequenceCache) throws -> Result
  ) throws -> Result {
    guard let pool = pools[plan.shape.type] else { preconditionFailure("there is a pool for every type") }
    guard let cache = source.flatMap({ pool.makeCache(plan, copying: $0) }) ?? pool.makeCache(plan) else {
      throw EvaluationError.poolTooSmall(
        neededBytes: pool.reservedBytes + plan.peakBytes, limitBytes: pool.limitBytes)
    }
    defer { pool.release(cache) }
    return try body(cache)
  }

  /// Runs `body` for every plan, with its index and a cache that holds the prompt's tokens up to the plan's first eviction.
  ///
  /// These tokens are fed once for each type of keys and values, to a full cache that grows from one plan to the next: so the order
  /// is that of their number. Only where a policy wants to know more of them than a full cache keeps are they fed again. The
  /// prompt's last token is never among them.
  func withPrefilled(
    _ prompt: [Int32], plans: [CachePlan], _ body: (Int, SequenceCache) throws -> Void
  ) throws {
    for type in KeyValueType.allCases {
      let ofType = plans.indices.filter { plans[$0].shape.type == type }
      if !ofType.isEmpty { try withPrefilled(prompt, plans: plans, ofType, type, body) }
    }
  }

  private func withPrefilled(
    _ prompt: [Int32], plans: [CachePlan], _ indices: [Int], _ type: KeyValueType,
    _ body: (Int, SequenceCache) throws -> Void
  ) throws {
    let full = Cell.full.stored(as: type)
    let whole = try full.plan(shape: shape, promptTokens: prompt.count, newTokens: 0)
    try withCache(whole) { shared in
      for index in indices.sorted(by: { plans[$0].sharedTokens < plans[$1].sharedTokens }) {
        // What a full cache can lend ends where a window begins to evict.
        feed(prompt, upTo: min(plans[index].sharedTokens, whole.sharedTokens), to: shared)
        try withCache(plans[index], copying: shared) { cache in
          feed(prompt, upTo: plans[index].sharedTokens, to: cache)
          try body(index, cache)
        }
      }
    }
  }

  /// Feeds those of `tokens` that the cache has not seen yet, up to `end`: the prompt in its plan's chunks, then token by token.
  ///
  /// `read` gets every position from `first` on with the logits after it, `[vocabularySize]`. `end` must not split a chunk after which
  /// evictions follow.
  func feed(
    _ tokens: [Int32], upTo end: Int? = nil, to cache: SequenceCache, logitsFrom first: Int = .max,
    _ read: (Int, inout MutableSpan<Float>) -> Void = { _, _ in }
  ) {
    let end = end ?? tokens.count
    while cache.logicalLength < end {
      let start = cache.logicalLength
      let isPrompt = start < cache.plan.promptTokens
      let count = isPrompt ? cache.plan.nextChunk(fed: start, atMost: min(end - start, Self.chunkTokens)) : 1
      precondition(count > 0, "chunks end where the plan lets them end")
      step(
        tokens[start..<start + count], cache, logits: min(count, max(0, start + count - max(first, 0))), read)
    }
  }

  private func step(
    _ chunk: ArraySlice<Int32>, _ cache: SequenceCache, logits: Int,
    _ read: (Int, inout MutableSpan<Float>) -> Void
  ) {
    batch.removeAll()
    cache.append(chunk.count)
    let rows = batch.append(chunk, cache: cache, logitsOfLast: logits)
    model.forward(batch)
    for row in rows {
      model.withLogits(row) { read(chunk.endIndex - rows.count + row - rows.lowerBound, &$0) }
    }
    let start = ContinuousClock.now
    eviction.endStep(of: CollectionOfOne(cache), on: model.compute.pool)
    evictionTime += start.duration(to: .now)
  }
}
