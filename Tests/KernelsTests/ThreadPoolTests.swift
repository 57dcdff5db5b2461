import Foundation
import Synchronization
import Testing

@testable import Kernels

@Suite struct ThreadPoolTests {
  /// How often each task ran.
  private final class Tally: Sendable {
    let counts: [Cell]
    init(_ tasks: Int) { counts = (0..<tasks).map { _ in Cell() } }

    final class Cell: Sendable { let count = Atomic<Int>(0) }

    func ran(_ task: Int) { counts[task].count.add(1, ordering: .relaxed) }
    var all: Set<Int> { Set(counts.map { $0.count.load(ordering: .relaxed) }) }
  }

  @Test("every task of every region runs exactly once", arguments: [1, 2, 3, 4, 8, 33])
  func exactlyOnce(threads: Int) {
    withPool(threads) { pool in
      let tally = Tally(1000)
      for tasks in [0, 1, 2, 7, 1000, 3, 1000] { pool.run(tasks: tasks) { tally.ran($0) } }
      let counts = tally.counts.map { $0.count.load(ordering: .relaxed) }
      #expect(counts == (0..<1000).map(expectedRuns))
    }
  }

  private func expectedRuns(_ task: Int) -> Int { [1, 2, 7, 1000, 3, 1000].count { task < $0 } }

  @Test("many short regions in a row neither lose nor repeat a task", arguments: [2, 3, 8])
  func manyRegions(threads: Int) {
    let regions = threads == 8 ? 2_000 : 20_000
    withPool(threads) { pool in
      let tally = Tally(8)
      var wrong = 0
      for region in 1...regions {
        // The region's own number: a task taken in the wrong region would show.
        let seen = Atomic<Int>(0)
        pool.run(tasks: 2 + region % 7) { task in
          seen.add(task + 1, ordering: .relaxed)
          tally.ran(task)
        }
        let tasks = 2 + region % 7
        if seen.load(ordering: .relaxed) != tasks * (tasks + 1) / 2 { wrong += 1 }
      }
      #expect(wrong == 0)
      #expect(tally.counts[0].count.load(ordering: .relaxed) == regions)
    }
  }

  @Test("what tasks wrote is seen after the region")
  func publishes() {
    withPool(4) { pool in
      let rows = FloatRows(capacity: 1, width: 4096)
      for round in 1...200 {
        rows.withRow(0) { span in
          span.withUnsafeMutableBufferPointer { all in
            nonisolated(unsafe) let base = all.baseAddress
            pool.run(tasks: 64) { task in for i in 0..<64 { base?[task * 64 + i] += Float(round) } }
          }
        }
      }
      #expect(rows.withRow(0) { span in span.indices.allSatisfy { span[$0] == 20_100 } })
    }
  }

  @Test("workers that have gone to sleep wake for the next region", arguments: [2, 5])
  func wakes(threads: Int) {
    withPool(threads) { pool in
      for _ in 0..<20 {
        while !pool.workersSleep { sched_yield() }
        // Each task waits for all: only if every worker comes does the region end.
        let present = Atomic<Int>(0)
        pool.run(tasks: threads) { _ in
          present.add(1, ordering: .relaxed)
          while present.load(ordering: .relaxed) < threads { sched_yield() }
        }
      }
    }
  }

  @Test("a driver that has gone to sleep wakes when the last task is done")
  func driverWakes() {
    withPool(2) { pool in
      let driver = pthread_self()
      for _ in 0..<20 {
        let present = Atomic<Int>(0)
        pool.run(tasks: 2) { _ in
          present.add(1, ordering: .relaxed)
          while present.load(ordering: .relaxed) < 2 { sched_yield() }
          guard pthread_equal(pthread_self(), driver) == 0 else { return }
          while !pool.driverSleeps { sched_yield() }
        }
      }
    }
  }

  @Test("stopping ends every worker, however soon after the start")
  func stops() throws {
    for round in 0..<300 {
      let pool = try ThreadPool(threads: 1 + round % 8)
      if round % 3 == 0 { pool.run(tasks: 4) { _ in } }
      pool.stop()
    }
  }

  @Test("stopping ends workers that sleep")
  func stopsSleepers() throws {
    for _ in 0..<20 {
      let pool = try ThreadPool(threads: 4)
      while !pool.workersSleep { sched_yield() }
      pool.stop()
    }
  }

  @Test("a pool that cannot have all its threads says so, and leaves none of them behind")
  func refusedThread() async {
    await #expect(processExitsWith: .success) {
      let pages = try #require(
        Int(String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }))
      // Address space for a few stacks of 8 MiB, not for a thousand.
      let limit = rlim_t(pages * Int(getpagesize()) + (40 << 20))
      var (before, after) = (rlimit(), rlimit())
      let resource = __rlimit_resource_t(RLIMIT_AS.rawValue)
      #expect(getrlimit(resource, &before) == 0)
      after = rlimit(rlim_cur: limit, rlim_max: before.rlim_max)
      #expect(setrlimit(resource, &after) == 0)
      #expect(throws: ThreadStartError(code: EAGAIN)) { try ThreadPool(threads: 1000) }
      #expect(setrlimit(resource, &before) == 0)
      // A thread that was joined is listed a moment longer.
      var looks = 0
      while try computeThreads() > 0 && looks < 100_000 { (looks, _) = (looks + 1, sched_yield()) }
      #expect(try computeThreads() == 0)
    }
  }
}

/// Compute threads of this process.
private func computeThreads() throws -> Int {
  try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count {
    (try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)) == "kvota-compute\n"
  }
}
