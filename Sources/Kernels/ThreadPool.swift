import CKernels
import Glibc
import Synchronization

/// A persistent pool whose regions cost less than a microsecond: who waits spins for a while, then sleeps on a futex.
///
/// One thread drives it (the engine's), and works along. It waits for *tasks*, never for workers, so a worker that the
/// system has descheduled delays nothing but the task it holds. Tasks are claimed by compare-and-swap on a ticket
/// that carries the region's number, so a worker that wakes late can take nothing of a later region by mistake.
/// Why threads are not pinned to processors: Docs/decisions/0010-threads.md.
@safe package final class ThreadPool: @unchecked Sendable {
  // Unchecked: all shared state is atomic; `threads` is written only in init and joined in stop.

  private let words = AlignedBuffer(byteCount: 128)  // of the two that are waited for, a cache line each
  /// Region number << 32 | tasks that nobody has claimed; workers wait for the number to change.
  private let ticket: UnsafeMutablePointer<Atomic<UInt64>>
  /// Tasks that are not done, and `driverSleeps`; the driver waits for zero.
  private let unfinished: UnsafeMutablePointer<Atomic<UInt32>>
  private let taskCount = Atomic<Int>(0)
  private let region = Atomic<UInt>(0)  // address on the driver's stack
  private let sleepers = Atomic<Int>(0)  // workers on the futex, or about to be
  private let stopping = Atomic<Bool>(false)
  private var threads: [pthread_t] = []

  /// Threads that work, the driver included.
  package let threadCount: Int

  private static let driverSleeps: UInt32 = 1 << 31
  /// Longer than it is from one region of a step to the next; beside busy processes 100 us cost 5 % more than 40.
  private static let spinNanoseconds: Int64 = 50_000

  /// Processors that this process may run on.
  package static var processorCount: Int { Int(kvota_processor_count()) }

  /// Starts `threads - 1` workers; throws if the system refuses one.
  package init(threads count: Int) throws(ThreadStartError) {
    precondition(count >= 1, "a pool needs a thread")
    threadCount = count
    // Safety: zeroed memory is an atomic zero, and lives as long as the pool.
    unsafe ticket = words.base.assumingMemoryBound(to: Atomic<UInt64>.self)
    unsafe unfinished = (words.base + 64).assumingMemoryBound(to: Atomic<UInt32>.self)
    for _ in 1..<max(count, 1) {
      do { threads.append(try startWorker()) } catch {
        stop()
        throw error
      }
    }
  }

  private func startWorker() throws(ThreadStartError) -> pthread_t {
    var thread = pthread_t()
    // Safety: the worker releases the retained pool when it ends, and `stop` joins it; without a worker it is released here.
    let context = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe kvota_name_thread("kvota-compute")
        unsafe Unmanaged<ThreadPool>.fromOpaque(context).takeRetainedValue().serve()
        return nil
      }, context.toOpaque())
    guard status == 0 else {
      unsafe context.release()
      throw ThreadStartError(code: status)
    }
    return thread
  }

  /// Ends the workers; the pool must not be used afterwards.
  package func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    publish(tasks: 0)
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
        self.region.store(UInt(bitPattern: region), ordering: .relaxed)
        publish(tasks: tasks)
        takeTasks()
        waitForTasks()
      }
    }
  }

  private func publish(tasks: Int) {
    taskCount.store(tasks, ordering: .relaxed)
    // Safety: both words live as long as the pool; all tasks of the region before are claimed and done.
    unsafe unfinished.pointee.store(UInt32(tasks), ordering: .relaxed)
    let number = unsafe (ticket.pointee.load(ordering: .relaxed) >> 32) &+ 1
    unsafe ticket.pointee.store(number << 32 | UInt64(tasks), ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { unsafe kvota_futex_wake_all(regionWord) }
  }

  /// Does tasks of the current region until none is left to claim.
  private func takeTasks() {
    var done: UInt32 = 0
    while true {
      let seen = unsafe ticket.pointee.load(ordering: .acquiring)
      let unclaimed = Int(seen & 0xffff_ffff)
      guard unclaimed > 0 else { break }
      // Both belong to the region if the claim succeeds: they are written only when all is claimed, and before the ticket.
      let task = taskCount.load(ordering: .relaxed) - unclaimed
      let address = region.load(ordering: .relaxed)
      let claimed = unsafe ticket.pointee.compareExchange(
        expected: seen, desired: seen - 1, ordering: .acquiringAndReleasing
      ).exchanged
      guard claimed, let region = unsafe UnsafeMutablePointer<Region>(bitPattern: address) else { continue }
      // Safety: the claim succeeded, so the region is current and cannot end before this task is reported.
      unsafe region.pointee.perform(region.pointee.work, task)
      done += 1
    }
    if done > 0 { report(done) }
  }

  private func report(_ done: UInt32) {
    // Safety: the word lives as long as the pool.
    let left = unsafe unfinished.pointee.wrappingSubtract(done, ordering: .acquiringAndReleasing).newValue
    if left == Self.driverSleeps { unsafe kvota_futex_wake_all(unfinishedWord) }
  }

  private func waitForTasks() {
    while true {
      // Safety: the word lives as long as the pool.
      let left = unsafe unfinished.pointee.load(ordering: .acquiring)
      guard left & ~Self.driverSleeps > 0 else { return }
      if unsafe kvota_spin(unfinishedWord, left, Self.spinNanoseconds) { continue }
      let before = unsafe unfinished.pointee.bitwiseOr(Self.driverSleeps, ordering: .acquiring).newValue
      if before != Self.driverSleeps { unsafe kvota_futex_wait(unfinishedWord, before) }
    }
  }

  private func serve() {
    while true {
      // Read before looking for an end or for work: what is published later changes the number, and nothing sleeps through it.
      // Safety: the word lives as long as the pool, which this thread retains.
      let number = unsafe UInt32(ticket.pointee.load(ordering: .acquiring) >> 32)
      if stopping.load(ordering: .acquiring) { return }
      takeTasks()
      if unsafe kvota_spin(regionWord, number, Self.spinNanoseconds) { continue }
      sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
      unsafe kvota_futex_wait(regionWord, number)
      sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent)
    }
  }

  /// For tests: whether all workers wait for work on the futex, and whether the driver so waits for the last task.
  var workersSleep: Bool { sleepers.load(ordering: .acquiring) == threads.count }
  var driverSleeps: Bool { unsafe unfinished.pointee.load(ordering: .acquiring) & Self.driverSleeps != 0 }

  /// The ticket's upper half, on a little-endian machine.
  private var regionWord: UnsafePointer<UInt32> {
    unsafe UnsafeRawPointer(ticket).assumingMemoryBound(to: UInt32.self) + 1
  }

  private var unfinishedWord: UnsafePointer<UInt32> {
    unsafe UnsafeRawPointer(unfinished).assumingMemoryBound(to: UInt32.self)
  }

  @safe private struct Region {
    let work: UnsafeRawPointer
    let perform: (UnsafeRawPointer, Int) -> Void
  }
}

/// The system refused to start a compute thread.
package struct ThreadStartError: Error, Equatable, CustomStringConvertible {
  /// What `pthread_create` returned.
  package let code: Int32

  package var description: String {
    "cannot start a compute thread (error \(code)): the system's limit of threads or memory is reached; "
      + "raise it, or ask for fewer with --threads"
  }
}
