import Serving

/// How many conversations one server computed at the same time.
struct ConversationRow: Encodable {
  let name: String
  let sent: Int
  let served: Int
  let atOnce: Int
  /// Of the pool; for the peer what it has for keys and values.
  var reservedBytes: Int
  /// Until all were answered.
  let seconds: Double
  let peakBytes: Int
}

/// Conversations that servers compute at the same time within the same memory.
struct ConversationReport: Encodable {
  let version = Kvota.version
  let machine = Machine.current
  let model: String
  let threads: Int
  let kvMemoryBytes: Int
  let tokens: Int
  /// A full cache, one under a budget, then the peer's if there is one.
  let rows: [ConversationRow]

  /// The report for people.
  var text: String {
    let table = Table(
      head: [
        "conversations of \(tokens) tokens", "at once", "times", "KV memory", "served", "s", "peak memory",
      ],
      rows: rows.map { row in
        [
          row.name, "\(row.atOnce)", ratio(row), MemorySize.text(row.reservedBytes),
          "\(row.served) of \(row.sent)", BenchReport.rounded(row.seconds), MemorySize.text(row.peakBytes),
        ]
      })
    return """
      \(machine.processor), \(machine.processors) processors; kvota \(version), \(threads) threads
      \(model); \(MemorySize.text(kvMemoryBytes)) for keys and values

      \(table.text)

      At once: the most that were computed at the same time. Times: as many as \(baseline.name) has.
      """
  }

  private var baseline: ConversationRow { rows.count > 2 ? rows[2] : rows[0] }

  private func ratio(_ row: ConversationRow) -> String {
    baseline.atOnce > 0 ? BenchReport.rounded(Double(row.atOnce) / Double(baseline.atOnce), 1) : ""
  }
}
