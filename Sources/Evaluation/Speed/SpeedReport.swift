extension SpeedMeasurement {
  package static func table(_ rows: [Row]) -> ReportTable {
    ReportTable(
      name: "cells",
      columns: Cell.columns + [
        "prefill_tokens_per_second", "decode_tokens_per_second", "prefill_eviction_us_per_token",
        "prefill_eviction_share", "decode_eviction_us_per_token", "decode_eviction_share",
        "key_value_bytes_per_slot", "other_bytes_per_slot",
      ] + CacheFacts.columns,
      rows: rows.map { row in
        row.cell.values(row.cache) + [
          .number(row.prefillTokensPerSecond, digits: 0), .number(row.decodeTokensPerSecond, digits: 1),
          .number(row.prefillEvictionSeconds * 1e6, digits: 1), .share(row.prefillEvictionShare, digits: 2),
          .number(row.decodeEvictionSeconds * 1e6, digits: 1), .share(row.decodeEvictionShare, digits: 2),
          .number(row.keyValueBytesPerSlot, digits: 0), .number(row.otherBytesPerSlot, digits: 1),
        ] + row.cache.values
      })
  }

  package static func plots(_ rows: [Row]) -> [Plot] {
    [
      Plot(
        title: "Generation: more is better", yLabel: "tokens/s", rows, cell: { ($0.cell, $0.cache) },
        value: { $0.decodeTokensPerSecond }, shown: { .number($0.decodeTokensPerSecond, digits: 1) }),
      Plot(
        title: "Prompt: more is better", yLabel: "tokens/s", rows, cell: { ($0.cell, $0.cache) },
        value: { $0.prefillTokensPerSecond }, shown: { .number($0.prefillTokensPerSecond, digits: 0) }),
      Plot(
        title: "Eviction after a generated token: less is better", yLabel: "us a token", rows,
        cell: { ($0.cell, $0.cache) }, value: { $0.decodeEvictionSeconds * 1e6 },
        shown: { .number($0.decodeEvictionSeconds * 1e6, digits: 1) }, showsFull: false),
    ]
  }
}
