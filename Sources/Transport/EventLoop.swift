import Dispatch
import FlyingSocks
import Glibc
import HeapModule
import Synchronization

/// A thread that waits for sockets and runs the tasks that wait for them.
///
/// A task that prefers this executor goes on without a change of threads when its socket is ready. It must not compute for long:
/// everybody else's sockets wait meanwhile.
@safe final class EventLoop: TaskExecutor {
  /// Those of the process, started by who asks first; an error if the system has no descriptors for them.
  static let all = Result {
    try (0..<max(1, min(most, sysconf(Int32(_SC_NPROCESSORS_ONLN))))).map { _ in try EventLoop() }
  }
  /// More would be idle: they pass bytes on, and others compute.
  private static let most = 4
  private static let failurePauseMicroseconds: UInt32 = 100_000

  /// How many connections of listeners it has.
  let connectionCount = Atomic(0)

  private let jobs = Mutex(Jobs())
  private let thread = Atomic<pthread_t>(0)
  private let lastID = Atomic(0)
  /// Nobody is resumed under it: that takes a lock of the task's, under which a task that is cancelled comes here.
  private let waiting: Mutex<Waiting>
  /// What ends waiting for sockets when there are jobs.
  private let bell: Bell

  init() throws {
    var queue = ePoll(triggering: .level, maxEvents: 64)
    try queue.open()
    bell = try Bell()
    try queue.addEvents([.read], for: bell.file)
    waiting = Mutex(Waiting(queue: queue))
    DispatchQueue(label: "kvota-sockets").async { self.work() }
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustRing = jobs.withLock { jobs in
      jobs.queued.append(job)
      defer { jobs.isPolling = false }
      return jobs.isPolling
    }
    if mustRing { bell.ring() }
  }

  /// Waits until a socket is ready, also for the news that the peer hung up; false if that takes longer than until the deadline.
  ///
  /// - Throws: `CancellationError`, or what the system's polling fails with.
  func wait(for event: Socket.Event, of socket: Socket, until deadline: ContinuousClock.Instant?) async throws
    -> Bool
  {
    let file = socket.file
    let id = lastID.wrappingAdd(1, ordering: .relaxed).newValue
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let waiter = Waiter(id: id, event: event, deadline: deadline, continuation: continuation)
        do {
          if let alarm = try waiting.withLock({ try $0.insert(waiter, of: file) }) { ring(at: alarm) }
        } catch {
          return continuation.resume(throwing: error)
        }
        // Cancelled before it was inserted: nobody else will see to it.
        if Task.isCancelled { cancel(id, of: file) }
      }
    } onCancel: {
      cancel(id, of: file)
    }
  }

  /// Lets those go first whose sockets were found ready together with the caller's, so that what all of them send leaves together, and who
  /// receives it is woken once.
  ///
  /// Waits for nothing where nobody else was ready, and on other threads than the loop's.
  func endOfRound() async {
    guard thread.load(ordering: .relaxed) == pthread_self(), jobs.withLock({ $0.roundCount > 1 }) else {
      return
    }
    await withCheckedContinuation { continuation in jobs.withLock { $0.last.append(continuation) } }
  }

  /// Must be told before a socket is closed: its number may be the next one's.
  func forget(_ socket: Socket) {
    for waiter in waiting.withLock({ $0.forget(socket.file) }) { waiter.continuation.resume(returning: true) }
  }

  private func cancel(_ id: Int, of file: Socket.FileDescriptor) {
    waiting.withLock { $0.removeWaiter(id, of: file) }?.resume(throwing: CancellationError())
  }

  private func ring(at instant: ContinuousClock.Instant) {
    let seconds = max((instant - .now) / .seconds(1), 0)
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { self.bell.ring() }
  }
}

// MARK: The thread
extension EventLoop {
  private func work() {
    thread.store(pthread_self(), ordering: .relaxed)
    while true {
      run(jobs.withLock { $0.beginRound() })
      let last = jobs.withLock { $0.endRound() }
      if !last.isEmpty {
        for continuation in last { continuation.resume() }
        run(jobs.withLock { $0.take() })
      }
      poll()
    }
  }

  private func run(_ jobs: [UnownedJob]) {
    for job in jobs {
      // Safety: a loop is never freed.
      unsafe job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  private func poll() {
    let mayWait = jobs.withLock { jobs in
      jobs.isPolling = jobs.queued.isEmpty
      return jobs.isPolling
    }
    if !mayWait { bell.ring() }
    let queue = waiting.withLock { $0.queue }
    do {
      let notifications = try queue.getNotifications()
      jobs.withLock { $0.isPolling = false }
      let (ready, late, alarm) = waiting.withLock { waiting in
        var ready: [Waiter] = []
        for notification in notifications {
          if notification.file == bell.file { bell.clear() } else { waiting.take(notification, &ready) }
        }
        let late = waiting.takeLate(at: .now)
        return (ready, late, waiting.nextAlarm())
      }
      for waiter in ready { waiter.continuation.resume(returning: true) }
      for waiter in late { waiter.continuation.resume(returning: false) }
      if let alarm { ring(at: alarm) }
    } catch {
      // Descriptors of ours that fail are a fault of the system; who waits is told, and whoever comes later.
      for waiter in waiting.withLock({ $0.fail(error) }) { waiter.continuation.resume(throwing: error) }
      // Polling again would fail as fast.
      usleep(Self.failurePauseMicroseconds)
    }
  }
}

// MARK: Who waits
extension EventLoop {
  private struct Waiter {
    let id: Int
    let event: Socket.Event
    let deadline: ContinuousClock.Instant?
    let continuation: CheckedContinuation<Bool, any Error>
  }

  private struct Entry {
    /// A reader and a writer at most, but for TLS, which may have to write in order to read.
    var waiters: [Waiter] = []
    /// The earliest deadline of this entry among all deadlines, if one is there.
    var queuedDeadline: ContinuousClock.Instant?
    /// What the system is asked to tell of.
    var polledEvents: [Socket.Event] = []

    /// Moves those whom `condition` holds for to `taken`, in the order they came; false if there are none.
    @discardableResult
    mutating func take(_ taken: inout [Waiter], where condition: (Waiter) -> Bool) -> Bool {
      let before = taken.count
      var index = 0
      while index < waiters.count {
        if condition(waiters[index]) { taken.append(waiters.remove(at: index)) } else { index += 1 }
      }
      return taken.count > before
    }

    /// Returns whether its deadline is the earliest.
    mutating func insert(
      _ waiter: Waiter, of file: Socket.FileDescriptor, polledBy queue: inout ePoll
    ) throws -> Bool {
      // A socket stays registered until it is ready while nobody waits.
      if !polledEvents.contains(waiter.event) {
        try queue.addEvents([waiter.event], for: file)
        polledEvents.append(waiter.event)
      }
      waiters.append(waiter)
      guard let deadline = waiter.deadline, queuedDeadline.map({ deadline < $0 }) ?? true else {
        return false
      }
      queuedDeadline = deadline
      return true
    }
  }

  /// By the sockets' numbers, of which the system always gives the lowest that is free.
  private struct Entries {
    private(set) var all: [Entry] = []

    subscript(_ file: Socket.FileDescriptor) -> Entry {
      get { all.indices.contains(Int(file.rawValue)) ? all[Int(file.rawValue)] : Entry() }
      _modify {
        let missing = Int(file.rawValue) + 1 - all.count
        if missing > 0 { all += repeatElement(Entry(), count: missing) }
        yield &all[Int(file.rawValue)]
      }
    }

    mutating func removeAll() { all.removeAll() }
  }

  private struct Deadline: Comparable {
    let instant: ContinuousClock.Instant
    let file: Socket.FileDescriptor

    static func < (a: Deadline, b: Deadline) -> Bool { a.instant < b.instant }
  }

  private struct Jobs {
    var queued: [UnownedJob] = []
    /// Whether the thread waits for sockets, and nobody has called it yet.
    var isPolling = false
    /// How many jobs there are in this round, in which whoever sends waits for its end; 0 between rounds.
    var roundCount = 0
    /// Who goes on when they have run.
    var last: [CheckedContinuation<Void, Never>] = []

    mutating func beginRound() -> [UnownedJob] {
      roundCount = queued.count
      return take()
    }

    mutating func endRound() -> [CheckedContinuation<Void, Never>] {
      defer { last.removeAll() }
      roundCount = 0
      return last
    }

    mutating func take() -> [UnownedJob] {
      defer { queued.removeAll() }
      return queued
    }
  }

  private struct Waiting {
    var queue: ePoll
    private var entries = Entries()
    private var deadlines = Heap<Deadline>()
    /// When the bell will be rung for a deadline.
    private var alarm: ContinuousClock.Instant?
    private var failure: (any Error)?

    init(queue: ePoll) { self.queue = queue }

    /// Returns when to ring for its deadline, if that has to be arranged; throws what polling fails with.
    mutating func insert(_ waiter: Waiter, of file: Socket.FileDescriptor) throws -> ContinuousClock.Instant?
    {
      if let failure { throw failure }
      let isEarliest = try entries[file].insert(waiter, of: file, polledBy: &queue)
      guard isEarliest, let deadline = waiter.deadline else { return nil }
      deadlines.insert(Deadline(instant: deadline, file: file))
      return nextAlarm()
    }

    /// When to ring for the next deadline, if that has to be arranged.
    mutating func nextAlarm() -> ContinuousClock.Instant? {
      guard let next = deadlines.min?.instant else { return nil }
      if let alarm, alarm <= next { return nil }
      alarm = next
      return next
    }

    mutating func removeWaiter(
      _ id: Int, of file: Socket.FileDescriptor
    ) -> CheckedContinuation<Bool, any Error>? {
      var taken: [Waiter] = []
      entries[file].take(&taken) { $0.id == id }
      return taken.first?.continuation
    }

    /// Moves those who waited for this to `ready`.
    mutating func take(_ notification: EventNotification, _ ready: inout [Waiter]) {
      let file = notification.file
      for event in notification.events where !entries[file].take(&ready, where: { $0.event == event }) {
        try? queue.removeEvents([event], for: file)
        entries[file].polledEvents.removeAll { $0 == event }
      }
    }

    /// Takes out those whose deadline has passed.
    mutating func takeLate(at now: ContinuousClock.Instant) -> [Waiter] {
      if let alarm, alarm <= now { self.alarm = nil }
      var all: [Waiter] = []
      while let next = deadlines.min, next.instant <= now {
        deadlines.removeMin()
        guard entries[next.file].queuedDeadline == next.instant else { continue }
        entries[next.file].queuedDeadline = nil
        entries[next.file].take(&all) { $0.deadline.map { $0 <= now } ?? false }
        if let rest = entries[next.file].waiters.compactMap(\.deadline).min() {
          entries[next.file].queuedDeadline = rest
          deadlines.insert(Deadline(instant: rest, file: next.file))
        }
      }
      return all
    }

    /// Takes out all that wait for a socket.
    mutating func forget(_ file: Socket.FileDescriptor) -> [Waiter] {
      try? queue.removeEvents([.read, .write], for: file)
      defer { entries[file] = Entry() }
      return entries[file].waiters
    }

    /// Takes out everybody, and lets nobody wait any more.
    mutating func fail(_ error: any Error) -> [Waiter] {
      failure = error
      defer { entries.removeAll() }
      return entries.all.flatMap(\.waiters)
    }
  }
}

// MARK: Where packets arrive
extension Socket {
  /// The processor where its packets arrive; nil if none have, and for Unix sockets.
  var incomingProcessor: Int? {
    var number: Int32 = -1
    var size = socklen_t(MemoryLayout<Int32>.size)
    // Safety: the size is the variable's. FlyingSocks' `getValue` never frees what it reads into, which each connection would add to.
    guard unsafe Glibc.getsockopt(file.rawValue, SOL_SOCKET, SO_INCOMING_CPU, &number, &size) == 0,
      number >= 0
    else { return nil }
    return Int(number)
  }
}
