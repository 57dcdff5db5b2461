import Serving
import Transport

/// The settings in words, defaults filled in.
struct SettingsSummary {
  private let settings: Settings

  init(_ settings: Settings) { self.settings = settings }

  /// One setting a line: its name, what holds, and where that was said.
  var text: String {
    let rows = SettingName.allCases.map {
      [$0.rawValue, settings.text($0), settings.origins[$0] ?? "default"]
    }
    let widths = [0, 1].map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0.padding(to: $1 + 2) }.joined() + row[2]
    }.joined(separator: "\n")
  }

  /// What decides about speed and room, for the log.
  var line: String {
    let shown: [SettingName] = [
      .threads, .kvMemory, .kvType, .kvPolicy, .kvBudget, .kvOptions, .maxSequences, .maxQueue,
    ]
    return "settings: " + shown.map { "\($0.rawValue) \(settings.text($0))" }.joined(separator: ", ")
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
