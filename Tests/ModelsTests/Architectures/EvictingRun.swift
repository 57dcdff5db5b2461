import Caching
import Models

extension LoadedModel {
  struct Run {
    /// After the last token.
    let logits: [Float]
    let residentSlots: Int
    let evictedSlots: Int
    let peakSlots: Int
  }

  /// The logits after each step that feeds `tokens` from where a cache is on: its plan's prompt in chunks, then one by one.
  func steps(_ tokens: [Int32], of cache: SequenceCache, after step: () -> Void = {}) -> [(
    fed: Int, logits: [Float]
  )] {
    var scratch = EvictionScratch(instructions: model.compute.instructions)
    var steps: [(fed: Int, logits: [Float])] = []
    while cache.logicalLength < tokens.count {
      let fed = cache.logicalLength
      let chunk = max(1, cache.plan.nextChunk(fed: fed, atMost: model.maxTokens))
      self.step(tokens[fed..<fed + chunk], cache, &scratch)
      steps.append((fed + chunk, row(0)))
      step()
    }
    return steps
  }

  /// Feeds a prompt in its plan's chunks, then generated tokens one by one, the likeliest each time, under a policy.
  func run(_ prompt: [Int32], generating count: Int, _ request: CacheRequest) throws -> Run {
    let plan = try CachePlan(
      request, shape: model.configuration.cacheShape, promptTokens: prompt.count, maxNewTokens: count)
    guard let cache = pool.makeCache(plan) else { throw CacheError.sizeOverflow(slots: plan.peakSlots) }
    defer { pool.release(cache) }
    var tokens = prompt
    var scratch = EvictionScratch(instructions: model.compute.instructions)
    while cache.logicalLength < prompt.count + count {
      let fed = cache.logicalLength
      if fed == tokens.count { tokens.append(greatest(row(0))) }
      let chunk = fed < prompt.count ? plan.nextChunk(fed: fed, atMost: model.maxTokens) : 1
      step(tokens[fed..<fed + chunk], cache, &scratch)
    }
    return Run(
      logits: row(0), residentSlots: cache.residentSlots, evictedSlots: cache.evictedSlots,
      peakSlots: plan.peakSlots)
  }

  private func step(_ tokens: ArraySlice<Int32>, _ cache: SequenceCache, _ scratch: inout EvictionScratch) {
    cache.append(tokens.count)
    var batch = Batch()
    batch.append(tokens, cache: cache, wantsLogits: true)
    model.forward(batch)
    if cache.hasWorkDue {
      cache.prepareEviction()
      for layer in 0..<model.configuration.layers { cache.evict(layer: layer, scratch: &scratch) }
    }
    cache.endStep()
  }
}
