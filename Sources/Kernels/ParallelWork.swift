/// Work that falls into numbered tasks, for a thread pool.
///
/// A value and not a closure: a closure would have to be copied to the heap for every region, some 150 times a token.
package protocol ParallelWork {
  /// Does one task; tasks may run at the same time, so each writes its own memory only.
  func perform(_ task: Int)
}

/// Work on rows, a few rows a task.
struct RowWork<Row: ParallelWork>: ParallelWork {
  /// Large enough to be worth a claim, small enough to share out a batch of eight.
  static var rowsPerTask: Int { 4 }

  let rows: Int
  let row: Row

  var tasks: Int { (rows + Self.rowsPerTask - 1) / Self.rowsPerTask }

  func perform(_ task: Int) {
    for index in task * Self.rowsPerTask..<min(rows, (task + 1) * Self.rowsPerTask) { row.perform(index) }
  }
}

/// A closure as work, for what does not happen in every layer.
struct ClosureWork: ParallelWork {
  let body: (Int) -> Void

  func perform(_ task: Int) { body(task) }
}
