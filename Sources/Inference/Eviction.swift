package import Caching
package import Kernels

/// Brings caches back to their budgets after a forward pass, on all threads of a pool.
package final class Eviction {
  /// What one thread needs for itself.
  private final class Scratch {
    var eviction = EvictionScratch()
  }

  private let scratch: [Scratch]
  private var due: [SequenceCache] = []

  /// `threads` is the pool's number.
  package init(threads: Int) {
    scratch = (0..<threads).map { _ in Scratch() }
  }

  /// Evicts what the caches owe after their `append`, and ends their step.
  ///
  /// Layers are independent, so they share the threads.
  package func endStep(of caches: some Sequence<SequenceCache>, on pool: ThreadPool) {
    due.removeAll(keepingCapacity: true)
    due.append(contentsOf: caches.lazy.filter { $0.evictionsDue > 0 })
    if let layers = due.first?.plan.shape.layers {
      let (due, scratch) = (due, scratch)
      pool.run(tasks: scratch.count) { task in
        for index in stride(from: task, to: due.count * layers, by: scratch.count) {
          due[index / layers].evict(layer: index % layers, scratch: &scratch[task].eviction)
        }
      }
    }
    for cache in caches { cache.endStep() }
    due.removeAll(keepingCapacity: true)
  }
}
