import CKernels
import Glibc

/// A serial executor on a thread of its own, so that long computations never hold up the shared Swift concurrency threads.
@safe final class ComputeThread: SerialExecutor, @unchecked Sendable {
  // Unchecked: `jobs` and `isStopped` are touched only under `mutex`, whose memory never moves.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [UnownedJob] = []
  private var isStopped = false

  init() {
    // Safety: both were allocated just above and live as long as the executor.
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, nil)
    let context = unsafe Unmanaged.passRetained(self).toOpaque()
    var thread = pthread_t()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        let executor = unsafe Unmanaged<ComputeThread>.fromOpaque(context).takeRetainedValue()
        unsafe kvota_name_thread("kvota-engine")
        executor.work()
        return nil
      }, context)
    precondition(status == 0, "cannot start the engine's thread: error \(status)")
    pthread_detach(thread)
  }

  deinit {
    unsafe mutex.deallocate()
    unsafe condition.deallocate()
  }

  // Safety: who asks is the actor that holds this executor, and so outlived by it.
  @safe var unowned: UnownedSerialExecutor { unsafe asUnownedSerialExecutor() }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    locked { jobs.append(job) }
  }

  /// Ends the thread once its jobs are done.
  func stop() { locked { isStopped = true } }

  private func locked(_ body: () -> Void) {
    // Safety: initialised in init.
    unsafe pthread_mutex_lock(mutex)
    body()
    unsafe pthread_cond_signal(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  private func work() {
    while let next = takeJobs() {
      for job in next { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
    }
  }

  private func takeJobs() -> [UnownedJob]? {
    // Safety: as in `locked`; the wait gives the lock up and takes it again.
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while jobs.isEmpty && !isStopped { unsafe pthread_cond_wait(condition, mutex) }
    guard !jobs.isEmpty else { return nil }
    let taken = jobs
    jobs = []
    return taken
  }
}
