import Kernels
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  /// How often each task ran.
  private final class Tally: Sendable {
    let counts: [Cell]
    init(_ tasks: Int) { counts = (0..<tasks).map { _ in Cell() } }

    final class Cell: Sendable { let count = Atomic<Int>(0) }

    func ran(_ task: Int) { counts[task].count.add(1, ordering: .relaxed) }
    var all: Set<Int> { Set(counts.map { $0.count.load(ordering: .relaxed) }) }
  }

  @Test("every task of every region runs exactly once", arguments: 1...8)
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

  @Test("stopping ends every worker, however soon after the start")
  func stops() {
    for round in 0..<300 {
      let pool = ThreadPool(threads: 1 + round % 8)
      if round % 3 == 0 { pool.run(tasks: 4) { _ in } }
      pool.stop()
    }
  }
}
