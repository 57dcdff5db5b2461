package import Caching
package import Kernels

/// Brings caches back to their budgets after a forward pass, on all threads of a pool.
package final class Eviction {
  /// What one thread needs for itself.
  private final class Scratch {
    var eviction: EvictionScratch

    init(_ instructions: InstructionSet) { eviction = EvictionScratch(instructions: instructions) }
  }

  /// One thread's share: every so many layers of all caches.
  private struct Work: ParallelWork {
    let due: [SequenceCache]
    let scratch: [Scratch]

    func perform(_ task: Int) {
      let layers = due[0].plan.shape.layers
      for index in stride(from: task, to: due.count * layers, by: scratch.count) {
        due[index / layers].evict(layer: index % layers, scratch: &scratch[task].eviction)
      }
    }
  }

  private let scratch: [Scratch]
  private var due: [SequenceCache] = []

  /// For caches whose model computes with `compute`.
  package init(compute: Compute) {
    scratch = (0..<compute.pool.threadCount).map { _ in Scratch(compute.instructions) }
  }

  /// Evicts what the caches owe after their `append`, and ends their step.
  ///
  /// Layers are independent, so they share the threads.
  package func endStep(of caches: some Sequence<SequenceCache>, on pool: ThreadPool) {
    due.removeAll(keepingCapacity: true)
    due.append(contentsOf: caches.lazy.filter(\.hasWorkDue))
    for cache in due { cache.prepareEviction() }
    if !due.isEmpty { pool.run(tasks: scratch.count, Work(due: due, scratch: scratch)) }
    for cache in caches { cache.endStep() }
    due.removeAll(keepingCapacity: true)
  }
}
