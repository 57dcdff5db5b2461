extension PerplexityMeasurement {
  /// Of one measurement with a full cache.
  package static func table(_ perplexity: Perplexity, windowTokens: Int) -> ReportTable {
    ReportTable(
      name: "cells", columns: ["perplexity", "standard_error", "scored_tokens", "window_tokens"],
      rows: [
        [
          .number(perplexity.value, digits: 4), .number(perplexity.standardError, digits: 4),
          .count(perplexity.tokens), .count(windowTokens),
        ]
      ])
  }

  package static func table(_ rows: [Row]) -> ReportTable {
    ReportTable(
      name: "cells",
      columns: Cell.columns + [
        "perplexity", "standard_error", "change", "change_error", "scored_tokens",
      ] + CacheFacts.columns,
      rows: rows.map { row in
        row.cell.values(row.cache) + [
          .number(row.perplexity.value, digits: 3), .number(row.perplexity.standardError, digits: 3),
          .share(row.change.value, digits: 2), .share(row.change.standardError, digits: 2),
          .count(row.perplexity.tokens),
        ] + row.cache.values
      })
  }

  package static func plots(_ rows: [Row]) -> [Plot] {
    [
      Plot(
        title: "Perplexity against budget: lower is better", yLabel: "perplexity", rows,
        cell: { ($0.cell, $0.cache) }, value: { $0.perplexity.value },
        shown: { .number($0.perplexity.value, digits: 3) })
    ]
  }
}
