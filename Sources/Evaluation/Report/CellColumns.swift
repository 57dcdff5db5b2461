import Caching
import Kernels

// What every comparison's table and plots have in common.

extension Cell {
  static let columns = ["policy", "budget", "budget_slots", "stride", "kv_type"]

  func values(_ cache: CacheFacts) -> [ReportValue] {
    [
      .text(policy), .text(budget), .count(cache.budgetSlots), .count(cache.stride), .text(type.rawValue),
    ]
  }
}

extension CacheFacts {
  static let columns = ["kept_slots", "peak_slots", "peak_bytes"]

  var values: [ReportValue] { [.count(keptSlots), .count(peakSlots), .bytes(peakBytes)] }
}

extension Plot {
  /// A value of every row against its budget in slots; the first row is the full cache's.
  init<Row>(
    title: String, yLabel: String, _ rows: [Row], cell: (Row) -> (cell: Cell, cache: CacheFacts),
    value: (Row) -> Double, shown: (Row) -> ReportValue, showsFull: Bool = true,
    yRange: ClosedRange<Double>? = nil
  ) {
    let constrained = rows.dropFirst()
    let strides = Set(constrained.map { cell($0).cache.stride })
    var names: [String] = []
    var points: [String: [Point]] = [:]
    for row in constrained {
      let (cell, cache) = cell(row)
      // Strides tell lines apart only if someone asked for several.
      let strided = cell.request.stride != nil && strides.count > 1
      let name = strided ? "\(cell.policy), stride \(cache.stride ?? 0)" : cell.policy
      if points[name] == nil { names.append(name) }
      points[name, default: []].append(
        Point(
          x: Double(cache.budgetSlots ?? 0), y: value(row),
          title: "\(name) at \(cell.budget): \(shown(row).shown)"))
    }
    self.init(
      title: title, xLabel: "budget, slots in each layer and head", yLabel: yLabel,
      lines: names.map { Line(name: $0, points: points[$0] ?? []) },
      reference: showsFull ? rows.first.map { ("full", value($0)) } : nil, yRange: yRange)
  }
}
