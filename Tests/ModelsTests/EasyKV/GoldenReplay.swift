import Models

@testable import Caching

/// Feeds the tokens of golden runs to a model, all runs side by side, comparing every eviction.
struct GoldenReplay {
  let comparison = Comparison()
  let runs: [GoldenRun]
  private let caches: [SequenceCache]
  private let loaded: LoadedModel

  /// `adopts`: whether EasyKV's choice is made where the policy's differs.
  init(_ runs: [GoldenRun], _ loaded: LoadedModel, adopts: Bool) throws {
    self.runs = runs
    self.loaded = loaded
    let shape = try loaded.model.configuration.cacheShape
    var caches: [SequenceCache] = []
    for run in runs {
      let plan = try CachePlan(
        run.request, shape: shape, promptTokens: run.prompt.count, maxNewTokens: run.generated.count)
      let policy = ComparedPolicy(
        rule: plan.policy, golden: run, shape: shape, adopts: adopts, comparison: comparison)
      guard let cache = loaded.pool.makeCache(plan.replacingPolicy(with: policy)) else {
        throw CacheError.sizeOverflow(slots: plan.peakSlots)
      }
      caches.append(cache)
    }
    self.caches = caches
  }

  /// Runs all to their ends.
  func run() {
    var scratch = EvictionScratch(instructions: loaded.model.compute.instructions)
    while caches.contains(where: { $0.logicalLength < $0.plan.maxTotalTokens }) {
      let batch = nextBatch()
      loaded.model.forward(batch)
      for entry in batch.entries {
        for layer in 0..<entry.cache.plan.shape.layers { entry.cache.evict(layer: layer, scratch: &scratch) }
        entry.cache.endStep()
      }
    }
  }

  /// The next chunk of as many unfinished runs as fit in a step.
  private func nextBatch() -> Batch {
    var batch = Batch()
    for (run, cache) in zip(runs, caches) where cache.logicalLength < cache.plan.maxTotalTokens {
      let fed = cache.logicalLength
      let room = loaded.model.maxTokens - batch.tokens.count
      let count =
        fed < run.prompt.count ? cache.plan.nextChunk(fed: fed, atMost: room) : min(1, room)
      guard count > 0 else { continue }
      cache.append(count)
      batch.append(run.tokens[fed..<fed + count], cache: cache, wantsLogits: false)
    }
    return batch
  }

  /// Overlap (Jaccard) of what a head of a run holds with what EasyKV held, for all heads of all runs.
  ///
  /// A prompt outside the budget, which is kept anyway, is left out.
  var overlaps: [(policy: String, overlap: Double)] {
    zip(runs, caches).flatMap { run, cache in
      let shape = cache.plan.shape
      let first = run.request.scope == .generated ? run.prompt.count : 0
      return (0..<shape.heads).map { index in
        let (layer, head) = (index / shape.kvHeads, index % shape.kvHeads)
        let held = cache.positions(layer: layer, head: head).filter { $0 >= first }.map(Int32.init)
        let kept = run.kept(layer: layer, head: head, layers: shape.layers, kvHeads: shape.kvHeads)
        return (
          run.request.policy, Double(kept.intersection(held).count) / Double(kept.union(held).count)
        )
      }
    }
  }
}
