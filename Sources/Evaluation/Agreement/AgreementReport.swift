extension AgreementMeasurement {
  package static func table(_ rows: [Row]) -> ReportTable {
    ReportTable(
      name: "cells",
      columns: Cell.columns + ["agreement", "divergence_nats", "first_difference_token"] + CacheFacts.columns,
      rows: rows.map { row in
        row.cell.values(row.cache) + [
          .share(row.agreement, digits: 1), .number(row.divergence, digits: 4),
          .number(row.firstDifference, digits: 1),
        ] + row.cache.values
      })
  }

  package static func plots(_ rows: [Row]) -> [Plot] {
    [
      Plot(
        title: "Tokens that agree with the full cache's: more is better", yLabel: "agreement, %", rows,
        cell: { ($0.cell, $0.cache) }, value: { $0.agreement * 100 },
        shown: { .share($0.agreement, digits: 1) }),
      Plot(
        title: "Divergence from the full cache: lower is better", yLabel: "mean divergence, nats", rows,
        cell: { ($0.cell, $0.cache) }, value: { $0.divergence }, shown: { .number($0.divergence, digits: 4) },
        showsFull: false),
    ]
  }
}
