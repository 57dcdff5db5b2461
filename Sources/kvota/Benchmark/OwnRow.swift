import Caching
import Models

/// One row's sequences in this process.
final class OwnRow {
  private let own: OwnModel
  private let workload: Workload
  private let plan: CachePlan
  private let prompt: [Int32]
  private var caches: [SequenceCache] = []
  private var tokens: [Int32] = []
  private(set) var kvMemory: KVMemory?

  init(_ workload: Workload, in own: OwnModel, repetitions: Int) throws {
    self.own = own
    self.workload = workload
    plan = try workload.plan(own.pool.shape, repetitions: repetitions)
    prompt = workload.prompt(vocabularySize: own.configuration.vocabularySize)
  }

  deinit { releaseCaches() }

  /// One repetition.
  func measure() -> Measurement {
    if !workload.isPrefill && (caches.isEmpty || workload.beginsAnew) { feedPrompts() }
    var work = Work()
    let time = ContinuousClock().measure {
      if workload.isPrefill { prefill(&work) } else { decode(&work) }
    }
    kvMemory = KVMemory(
      heldBytes: caches.reduce(0) { $0 + $1.residentBytes },
      formulaBytes: caches.reduce(0) { $0 + $1.peakBytes })
    if workload.isPrefill { releaseCaches() }
    return Measurement(
      tokens: workload.timedTokens, seconds: time / .seconds(1), cost: own.costs.cost(of: work))
  }

  private func feedPrompts() {
    releaseCaches()
    makeCaches()
    var unmeasured = Work()
    tokens = caches.map { own.feed(prompt, to: $0, &unmeasured) }
  }

  private func prefill(_ work: inout Work) {
    makeCaches()
    for cache in caches { _ = own.feed(prompt, to: cache, &work) }
  }

  private func decode(_ work: inout Work) {
    for _ in 0..<workload.newTokens { tokens = own.next(after: tokens, in: caches, &work) }
  }

  private func makeCaches() {
    caches = (0..<workload.sequences).compactMap { _ in own.pool.makeCache(plan) }
    precondition(caches.count == workload.sequences, "the pool was made for the largest workload")
  }

  private func releaseCaches() {
    for cache in caches { own.pool.release(cache) }
    caches = []
  }
}

/// What one repetition took.
struct Measurement {
  let tokens: Int
  let seconds: Double
  let cost: Cost

  var tokensPerSecond: Double { Double(tokens) / seconds }
}

/// Memory of a row's sequences together, in the end.
struct KVMemory: Encodable, Equatable {
  let heldBytes: Int
  /// What the documented formula says they may come to hold, and what is reserved for them.
  let formulaBytes: Int
}
