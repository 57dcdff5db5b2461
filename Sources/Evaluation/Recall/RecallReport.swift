extension RecallMeasurement {
  package static func table(_ rows: [Row], _ tasks: [RecallTask]) -> ReportTable {
    let kinds = kinds(of: tasks)
    return ReportTable(
      name: "cells",
      columns: Cell.columns + kinds.map { column($0) } + ["right", "standard_error", "tasks"]
        + CacheFacts.columns,
      rows: rows.map { row in
        let all = Tally(row, tasks)
        return row.cell.values(row.cache)
          + kinds.map { kind in .share(Tally(row, tasks) { $0.kind == kind }.share, digits: 1) }
          + [.share(all.share, digits: 1), .share(all.standardError, digits: 1), .count(all.count)]
          + row.cache.values
      })
  }

  /// A row for each cell, task, length and depth.
  package static func depthTable(_ rows: [Row], _ tasks: [RecallTask]) -> ReportTable {
    var groups: [RecallTask] = []
    for task in tasks where !groups.contains(where: { isSameGroup($0, task) }) { groups.append(task) }
    return ReportTable(
      name: "by_depth", columns: ["policy", "budget", "task", "tokens", "depth", "right", "tasks"],
      rows: rows.flatMap { row in
        groups.map { group in
          let tally = Tally(row, tasks) { isSameGroup($0, group) }
          return [
            .text(row.cell.policy), .text(row.cell.budget), .text(group.kind.rawValue), .count(group.tokens),
            .share(group.depth, digits: 0), .share(tally.share, digits: 1), .count(tally.count),
          ]
        }
      })
  }

  package static func plots(_ rows: [Row], _ tasks: [RecallTask]) -> [Plot] {
    kinds(of: tasks).map { kind in
      let share = { (row: Row) in Tally(row, tasks) { $0.kind == kind }.share }
      return Plot(
        title: "Right answers, \(kind.rawValue): more is better", yLabel: "right answers, %", rows,
        cell: { ($0.cell, $0.cache) }, value: { share($0) * 100 }, shown: { .share(share($0), digits: 1) },
        yRange: 0...100)
    }
  }

  private static func kinds(of tasks: [RecallTask]) -> [RecallTask.Kind] {
    RecallTask.Kind.allCases.filter { kind in tasks.contains { $0.kind == kind } }
  }

  private static func column(_ kind: RecallTask.Kind) -> String { kind.rawValue.replacing("-", with: "_") }

  private static func isSameGroup(_ a: RecallTask, _ b: RecallTask) -> Bool {
    (a.kind, a.tokens, a.depth) == (b.kind, b.tokens, b.depth)
  }

  /// How many of some tasks a cell answered right.
  private struct Tally {
    let right: Int
    let count: Int

    init(_ row: Row, _ tasks: [RecallTask], where isCounted: (RecallTask) -> Bool = { _ in true }) {
      let answers = zip(tasks, row.isRight).filter { isCounted($0.0) }
      count = answers.count
      right = answers.count { $0.1 }
    }

    var share: Double { Double(right) / Double(max(1, count)) }
    var standardError: Double { (share * (1 - share) / Double(max(1, count))).squareRoot() }
  }
}
