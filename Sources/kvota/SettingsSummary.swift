import HTTP
import Inference
import Kernels
import Serving

/// The settings in words, defaults filled in.
struct SettingsSummary {
  private let entries: [(name: String, value: String)]

  init(_ settings: Settings) {
    let engine = settings.engine
    entries = [
      ("model", settings.modelPath), ("alias", settings.alias), ("host", settings.host),
      ("port", "\(settings.port)"), ("threads", "\(engine.threads)"),
      ("context", engine.contextLength.map(String.init) ?? "the model's"),
      ("kv-memory", MemorySize.text(engine.kvPoolBytes)), ("kv-type", engine.kvType.rawValue),
      ("kv-default", settings.cacheDefaultText),
      ("kv-options", settings.cacheOptionsText ?? "none"), ("max-queue", "\(engine.maxQueue)"),
      ("kv-events", settings.showsCaches ? "on" : "off"),
      ("prefix-cache", engine.prefixCache ? "on" : "off"),
      ("max-sequences", "\(engine.maxSequences)"),
      (
        "session-dir",
        settings.sessionFolder.map { "\($0), up to \(MemorySize.text(settings.sessionLimitBytes))" } ?? "none"
      ),
      ("max-body", MemorySize.text(settings.http.bodyBytes)),
      ("max-connections", "\(settings.http.connections)"),
      ("max-connections-per-address", "\(settings.http.connectionsPerAddress)"),
      ("drain-seconds", "\(settings.drainSeconds)"), ("log", settings.logFormat.rawValue),
      ("log-level", settings.logLevel.rawValue),
    ]
  }

  /// One setting a line.
  var text: String {
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      entry.name + String(repeating: " ", count: width - entry.name.count + 2) + entry.value
    }.joined(separator: "\n")
  }

  /// What decides about speed and room, for the log.
  var line: String {
    let shown: Set = [
      "threads", "kv-memory", "kv-type", "kv-default", "kv-options", "max-sequences", "max-queue",
    ]
    return "settings: "
      + entries.filter { shown.contains($0.name) }.map { "\($0.name) \($0.value)" }.joined(separator: ", ")
  }
}
