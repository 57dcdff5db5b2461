import Caching
import GGUF
import Inference
import Kernels
import Models
import Serving

/// The model in this process: the steps that the engine makes, without its queue and without HTTP.
final class OwnModel {
  let model: Model
  let costs: ModelCosts
  let pool: CachePool
  private let eviction: Eviction
  private var batch = Batch()
  private var sampler: Sampler
  private var candidates = Candidates()

  var configuration: ModelConfiguration { model.configuration }

  /// Prompt tokens of one pass.
  private static let chunkTokens = 512

  /// Loads a model, with a pool of caches as the settings say for the largest of the workloads.
  init(
    _ file: GGUFFile, compute: Compute, settings: EngineSettings, workloads: [Workload], repetitions: Int
  ) throws {
    let sequences = workloads.map(\.sequences).max() ?? 1
    model = try Model(
      file: file, compute: compute, maxTokens: max(Self.chunkTokens, sequences), maxLogitsRows: sequences,
      rotary: settings.rotary)
    var shape = try model.configuration.cacheShape
    shape.type = settings.kvType
    costs = ModelCosts(model, file: file, shape: shape)
    let peaks = try workloads.map { try $0.plan(shape, repetitions: repetitions).peakBytes * $0.sequences }
    pool = try CachePool(limitBytes: max(peaks.max() ?? 0, shape.heads * shape.pageBytes), shape: shape)
    eviction = Eviction(compute: compute)
    var greedy = SamplingParameters()
    greedy.temperature = 0
    sampler = Sampler(greedy, prompt: [])
  }

  /// Feeds a prompt in the chunks of its plan; returns the first token after it.
  func feed(_ prompt: [Int32], to cache: SequenceCache, _ work: inout Work) -> Int32 {
    while cache.logicalLength < prompt.count {
      let start = cache.logicalLength
      let end = start + cache.plan.nextChunk(fed: start, atMost: Self.chunkTokens)
      batch.removeAll()
      cache.append(end - start)
      batch.append(prompt[start..<end], cache: cache, wantsLogits: end == prompt.count)
      step([cache], &work)
    }
    return likeliest(0)
  }

  /// One generated token for every sequence.
  func next(after tokens: [Int32], in caches: [SequenceCache], _ work: inout Work) -> [Int32] {
    batch.removeAll()
    for (cache, token) in zip(caches, tokens) {
      cache.append(1)
      batch.append([token], cache: cache, wantsLogits: true)
    }
    step(caches, &work)
    return caches.indices.map(likeliest)
  }

  private func likeliest(_ row: Int) -> Int32 {
    model.withLogits(row) { sampler.sample(&$0, candidates: &candidates) }
  }

  private func step(_ caches: [SequenceCache], _ work: inout Work) {
    model.forward(batch)
    work.steps += 1
    work.logitsRows += batch.logitsRows
    for entry in batch.entries { work.add(tokens: entry.count, slots: entry.cache.residentSlots) }
    eviction.endStep(of: caches, on: model.compute.pool)
  }
}
