import Caching
import DequeModule
import Kernels
import Models

/// Decides what every step computes, and computes it: continuous batching of sequences that each keep their own cache.
///
/// A sequence is admitted when the most bytes that its cache can ever take fit the pool beside all others' promises. So nobody is ever
/// preempted, and no request can harm another. Belongs to the engine's thread.
final class Scheduler {
  private let model: Model
  private let pool: CachePool
  private let settings: EngineSettings
  private let statistics: Shared<EngineStatistics>
  private var waiting: Deque<TokenSequence> = []
  private var running: [TokenSequence] = []
  private var stepping: [TokenSequence] = []
  private var batch = Batch()
  private var promptTokensFed = 0
  private var tokensEmitted = 0
  private let scratch: [SamplingScratch]
  private let eviction: Eviction

  init(model: Model, pool: CachePool, settings: EngineSettings, statistics: Shared<EngineStatistics>) {
    self.model = model
    self.pool = pool
    self.settings = settings
    self.statistics = statistics
    scratch = (0..<settings.threads).map { _ in SamplingScratch() }
    eviction = Eviction(compute: model.compute)
  }

  var runningCount: Int { running.count }
  var isIdle: Bool { waiting.isEmpty && running.isEmpty }

  /// One step: take what came, admit, compute a batch, sample, emit, evict, retire.
  ///
  /// Returns how many requests left the queue.
  func step(_ contents: Inbox.Contents) -> Int {
    let before = waiting.count + contents.arrivals.count
    receive(contents)
    admit()
    let after = waiting.count
    buildBatch()
    if !stepping.isEmpty {
      model.forward(batch)
      sample()
      emit()
      evict()
    }
    retire()
    publish()
    // Ended sequences' caches are not to live on here until the next request.
    batch.removeAll()
    stepping.removeAll(keepingCapacity: true)
    return before - after
  }

  private func receive(_ contents: Inbox.Contents) {
    for arrival in contents.arrivals { waiting.append(TokenSequence(arrival)) }
    for id in contents.cancelled {
      if let index = waiting.firstIndex(where: { $0.id == id }) {
        let sequence = waiting.remove(at: index)
        sequence.end(.cancelled)
        close(sequence)
      }
      running.first { $0.id == id }?.end(.cancelled)
    }
  }

  /// Lets waiting sequences in, in their order, while their promises fit the pool.
  private func admit() {
    while running.count < settings.maxSequences, let next = waiting.first,
      let cache = pool.makeCache(next.plan)
    {
      waiting.removeFirst()
      next.admit(cache, at: .now)
      running.append(next)
    }
  }

  /// Every decoding sequence's token first, then prompt chunks up to the step's limit: a long prompt cannot stall the others.
  private func buildBatch() {
    tokensEmitted = 0
    for sequence in running where sequence.finish == nil && sequence.isDecoding { add(sequence, room: 1) }
    var room = settings.prefillTokens
    for sequence in running where sequence.finish == nil && !sequence.isDecoding && room > 0 {
      room -= add(sequence, room: room)
    }
    promptTokensFed = settings.prefillTokens - room
  }

  @discardableResult
  private func add(_ sequence: TokenSequence, room: Int) -> Int {
    let tokens = sequence.nextTokens(room: room)
    guard !tokens.isEmpty, let cache = sequence.cache else { return 0 }
    cache.append(tokens.count)
    let wantsLogits = sequence.isDecoding && sequence.request.maxTokens > 0
    sequence.logitsRow = batch.append(tokens, cache: cache, wantsLogits: wantsLogits)
    stepping.append(sequence)
    return tokens.count
  }

  /// Samples all rows of logits, on all threads: each sequence has its own generator, each thread its own scratch.
  private func sample() {
    let tasks = min(scratch.count, batch.logitsRows)
    model.compute.pool.run(
      tasks: tasks, Sampling(model: model, sequences: stepping, scratch: scratch, tasks: tasks))
  }

  private func emit() {
    let now = ContinuousClock.now
    for sequence in stepping {
      if sequence.logitsRow != nil {
        tokensEmitted += sequence.accept(at: now) ? 1 : 0
      } else if sequence.isDecoding {
        sequence.end(.length)  // nothing was asked for beyond the prompt
      }
    }
  }

  private func evict() {
    eviction.endStep(of: stepping.lazy.compactMap(\.cache), on: model.compute.pool)
    statistics.update { statistics in
      for sequence in stepping {
        let evicted = (sequence.cache?.lastEvicted ?? 0) / sequence.plan.shape.heads
        statistics.evictedSlots[sequence.plan.policyName, default: 0] += evicted
      }
    }
  }

  /// Gives ended sequences' memory back and tells their receivers.
  private func retire() {
    for sequence in running where sequence.finish != nil { close(sequence) }
    running.removeAll { $0.finish != nil }
  }

  private func close(_ sequence: TokenSequence) {
    sequence.announceCache(of: pool)
    let usage = sequence.announceEnd(at: .now)
    if let cache = sequence.cache { pool.release(cache) }
    statistics.update { statistics in
      statistics.finished[sequence.finish ?? .cancelled, default: 0] += 1
      statistics.prefillSeconds += usage.prefillSeconds
      statistics.decodeSeconds += usage.decodeSeconds
    }
  }

  private func publish() {
    statistics.update { statistics in
      statistics.running = running.count
      statistics.waiting = waiting.count
      statistics.reservedBytes = pool.reservedBytes
      statistics.usedBytes = pool.usedBytes
      statistics.pagesInUse = pool.pagesInUse
      statistics.steps += stepping.isEmpty ? 0 : 1
      statistics.sequencesStepped += stepping.count
      statistics.generatedTokens += tokensEmitted
      statistics.promptTokens += promptTokensFed
      countResidentSlots(in: &statistics.residentSlots)
    }
  }
}

extension Scheduler {
  /// Sets every policy's count anew, in place: to iterate over the dictionary's keys or indices would copy it in every step.
  private func countResidentSlots(in slots: inout [String: Int]) {
    var index = slots.values.startIndex
    while index != slots.values.endIndex {
      slots.values[index] = 0
      slots.values.formIndex(after: &index)
    }
    for sequence in running {
      slots[sequence.plan.policyName, default: 0] += sequence.cache?.residentSlots ?? 0
    }
  }
}

/// One thread's share of a step's sampling.
private struct Sampling: ParallelWork {
  let model: Model
  let sequences: [TokenSequence]
  let scratch: [SamplingScratch]
  let tasks: Int

  func perform(_ task: Int) {
    for index in stride(from: task, to: sequences.count, by: tasks) {
      guard let row = sequences[index].logitsRow else { continue }
      model.withLogits(row) { logits in
        sequences[index].sample(&logits, candidates: &scratch[task].candidates)
      }
    }
  }
}

/// What sampling needs, one for each compute thread.
private final class SamplingScratch {
  var candidates = Candidates()
}
