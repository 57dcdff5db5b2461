import CKernels
import Glibc
import Synchronization

/// A persistent pool whose regions cost about a microsecond: workers spin briefly for the next region, then sleep on a futex.
///
/// One thread drives it (the engine's), and works along. It waits for *tasks*, never for workers, so a worker that the
/// system has descheduled delays nothing but the task it holds. Tasks are claimed by compare-and-swap on a ticket
/// that carries the region's number, so a worker that wakes late can take nothing of a later region by mistake.
package final class ThreadPool: @unchecked Sendable {
  // Unchecked: all shared state is atomic; `threads` is written only in init and joined in stop.

  private let ticket = Atomic<UInt64>(0)  // region number << 32 | next task
  private let taskCount = Atomic<Int>(0)
  private let finished = Atomic<Int>(0)
  private let work = Atomic<UInt>(0)  // address of the region's closure on the driver's stack
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private let wakeWord: AlignedBuffer  // the futex: counts regions
  private var threads: [pthread_t] = []

  /// Threads that work, the driver included.
  package let threadCount: Int
  private static let spins = 2000

  /// Starts `threads - 1` workers.
  package init(threads count: Int) {
    precondition(count >= 1, "a pool needs a thread")
    threadCount = count
    wakeWord = AlignedBuffer(byteCount: 64)
    for _ in 1..<max(count, 1) {
      var thread = pthread_t()
      // Safety: the retained pool is released by the worker when it ends; `stop` joins it.
      let context = unsafe Unmanaged.passRetained(WorkerStart(pool: self)).toOpaque()
      let status = unsafe pthread_create(
        &thread, nil,
        { context in
          guard let context = unsafe context else { return nil }
          let start = unsafe Unmanaged<WorkerStart>.fromOpaque(context).takeRetainedValue()
          unsafe kvota_name_thread("kvota-compute")
          start.pool.serve()
          return nil
        }, context)
      precondition(status == 0, "cannot start a compute thread: error \(status)")
      threads.append(thread)
    }
  }

  /// Ends the workers; the pool must not be used afterwards.
  package func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wake()
    for thread in threads { pthread_join(thread, nil) }
    threads = []
  }

  /// Runs `body(0) ... body(tasks - 1)`, each once, on all threads, and returns when all are done.
  ///
  /// Copies the closure to the heap, so it is not for what happens in every layer.
  package func run(tasks: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { escaping in run(tasks: tasks, ClosureWork(body: escaping)) }
  }

  /// Performs tasks `0 ..< tasks`, each once, on all threads, and returns when all are done; allocates nothing.
  package func run<Work: ParallelWork>(tasks: Int, _ work: Work) {
    if tasks <= 1 || threadCount == 1 {
      for task in 0..<max(tasks, 0) { work.perform(task) }
      return
    }
    var work = work
    // Safety: the addresses are used only by tasks of this region, all of which end before this call does.
    unsafe withUnsafeMutablePointer(to: &work) { work in
      var region = unsafe Region(work: UnsafeRawPointer(work)) { work, task in
        unsafe work.assumingMemoryBound(to: Work.self).pointee.perform(task)
      }
      unsafe withUnsafeMutablePointer(to: &region) { region in
        publish(tasks: tasks, region: UInt(bitPattern: region))
        takeTasks()
        waitForTasks(tasks)
      }
    }
  }

  private func waitForTasks(_ tasks: Int) {
    var waited = 0
    while finished.load(ordering: .acquiring) != tasks {
      waited += 1
      if waited < Self.spins { kvota_pause() } else { sched_yield() }
    }
  }

  private func publish(tasks: Int, region: UInt) {
    let number = (ticket.load(ordering: .relaxed) >> 32) &+ 1
    // Claiming stops first: a late worker that reads the new count below then fails its compare-and-swap.
    ticket.store(number << 32 | 0xffff_ffff, ordering: .sequentiallyConsistent)
    finished.store(0, ordering: .relaxed)
    taskCount.store(tasks, ordering: .releasing)
    work.store(region, ordering: .releasing)
    ticket.store(number << 32, ordering: .sequentiallyConsistent)
    wake()
  }

  private func wake() {
    // Safety: the word lives as long as the pool.
    let word = unsafe wakeWord.pointer(UInt32.self)
    unsafe kvota_atomic_increment(word)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { unsafe kvota_futex_wake_all(word) }
  }

  /// Does tasks of the current region until none is left.
  private func takeTasks() {
    while true {
      let seen = ticket.load(ordering: .acquiring)
      let task = Int(seen & 0xffff_ffff)
      // Acquired: whoever reads the next region's numbers also sees that its ticket has left this one.
      let address = work.load(ordering: .acquiring)
      guard task < taskCount.load(ordering: .acquiring) else { return }
      let claimed = ticket.compareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing
      ).exchanged
      guard claimed, let region = unsafe UnsafeMutablePointer<Region>(bitPattern: address) else { continue }
      // Safety: the claim succeeded, so the region is current and cannot end before this task does.
      unsafe region.pointee.perform(region.pointee.work, task)
      finished.add(1, ordering: .releasing)
    }
  }

  private func serve() {
    // Safety: the word lives as long as the pool, which this thread retains.
    let word = unsafe wakeWord.pointer(UInt32.self)
    while true {
      // Read before looking for an end or for work: what is published later then changes the word, and nothing sleeps through it.
      let before = unsafe kvota_atomic_load(word)
      if stopping.load(ordering: .acquiring) { return }
      takeTasks()
      var spun = 0
      while spun < Self.spins, unsafe kvota_atomic_load(word) == before {
        spun += 1
        kvota_pause()
      }
      guard spun == Self.spins else { continue }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      unsafe kvota_futex_wait(word, before)
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
    }
  }

  @safe private struct Region {
    let work: UnsafeRawPointer
    let perform: (UnsafeRawPointer, Int) -> Void
  }

  private final class WorkerStart {
    let pool: ThreadPool
    init(pool: ThreadPool) { self.pool = pool }
  }
}
