import Caching
import GGUF
import Inference
import Kernels
import Models
import Serving

/// Times the model in this process: the steps that the engine makes, without its queue and without HTTP.
final class OwnSpeed {
  private let model: Model
  private let pool: CachePool
  private let eviction: Eviction
  private var batch = Batch()
  private var sampler: Sampler
  private var candidates = Candidates()
  private let prefillTokens: Int

  var configuration: ModelConfiguration { model.configuration }
  var instructions: String { model.compute.instructions.name }

  /// Loads the model that the settings name, with a cache pool for the largest of the workloads.
  init(_ settings: Settings, workloads: [Workload]) throws {
    let threads = settings.engine.threads
    prefillTokens = workloads.filter { $0.timed == .prefill }.map(\.promptTokens).max() ?? 512
    model = try Model(
      file: GGUFFile(path: settings.modelPath),
      compute: Compute(instructions: .fromEnvironment(), pool: try ThreadPool(threads: threads)),
      maxTokens: prefillTokens, maxLogitsRows: workloads.map(\.sequences).max() ?? 1)
    let shape = try model.configuration.cacheShape
    let peaks = try workloads.map { try $0.plan(shape).peakBytes * $0.sequences }
    pool = try CachePool(limitBytes: peaks.max() ?? 0, shape: shape)
    eviction = Eviction(threads: threads)
    var greedy = SamplingParameters()
    greedy.temperature = 0
    sampler = Sampler(greedy, prompt: [])
  }

  /// Feeds all prompts, then generates for all sequences at once; the rate is that of the phase that is timed.
  func tokensPerSecond(_ workload: Workload) throws -> Double {
    let plan = try workload.plan(pool.shape)
    let caches = (0..<workload.sequences).compactMap { _ in pool.makeCache(plan) }
    precondition(caches.count == workload.sequences, "the pool was made for the largest workload")
    defer { for cache in caches { pool.release(cache) } }
    let prompt = workload.prompt(vocabularySize: configuration.vocabularySize)
    let clock = ContinuousClock()
    var tokens: [Int32] = []
    let prefill = clock.measure { tokens = caches.map { feed(prompt, to: $0) } }
    let decode = clock.measure {
      for _ in 0..<workload.newTokens { tokens = next(after: tokens, in: caches) }
    }
    return Double(workload.timedTokens) / ((workload.timed == .prefill ? prefill : decode) / .seconds(1))
  }

  /// Feeds a prompt in the chunks of its plan; returns the first token after it.
  private func feed(_ prompt: [Int32], to cache: SequenceCache) -> Int32 {
    while cache.logicalLength < prompt.count {
      let start = cache.logicalLength
      let end = start + cache.plan.nextChunk(fed: start, atMost: prefillTokens)
      batch.removeAll()
      cache.append(end - start)
      batch.append(prompt[start..<end], cache: cache, wantsLogits: end == prompt.count)
      step([cache])
    }
    return likeliest(0)
  }

  /// One generated token for every sequence.
  private func next(after tokens: [Int32], in caches: [SequenceCache]) -> [Int32] {
    batch.removeAll()
    for (cache, token) in zip(caches, tokens) {
      cache.append(1)
      batch.append([token], cache: cache, wantsLogits: true)
    }
    step(caches)
    return caches.indices.map(likeliest)
  }

  private func likeliest(_ row: Int) -> Int32 {
    model.withLogits(row) { sampler.sample(&$0, candidates: &candidates) }
  }

  private func step(_ caches: [SequenceCache]) {
    model.forward(batch)
    eviction.endStep(of: caches, on: model.compute.pool)
  }
}
