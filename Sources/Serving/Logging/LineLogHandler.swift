import Foundation
package import Logging
import OpenAIAPI

/// Writes each log message as one line to standard error: for people, or as JSON for machines.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel: Logger.Level
  private let format: LogFormat

  package init(format: LogFormat, level: LogLevel) {
    self.format = format
    logLevel =
      switch level {
      case .debug: .debug
      case .info: .info
      case .warning: .warning
      case .error: .error
      }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    // A log that nobody reads any more, or whose disk is full, must not end what is served.
    try? FileHandle.standardError.write(contentsOf: Data((line(event, at: Date()) + "\n").utf8))
  }

  /// The line of a message, without its end.
  func line(_ event: LogEvent, at now: Date) -> String {
    let time = now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted {
      Self.rank($0.key) < Self.rank($1.key)
    }
    let fields = values.map { (name: $0.key, value: "\($0.value)") }
    return format == .json ? json(event, fields, time) : text(event, fields, time)
  }

  private func text(_ event: LogEvent, _ fields: [(name: String, value: String)], _ time: String) -> String {
    let fields = fields.map { " \($0.name)=\(Self.oneWord($0.value))" }.joined()
    return "\(time) \(event.level) \(Self.oneLine("\(event.message)"))\(fields)"
  }

  /// The text, or a JSON string of it if it would end the line: what a client sent must not look like a line of ours.
  private static func oneLine(_ text: String) -> String {
    text.unicodeScalars.contains { $0.properties.generalCategory == .control } ? quoted(text) : text
  }

  /// The same for the value of a field, which ends at a space.
  private static func oneWord(_ text: String) -> String {
    text.isEmpty || text.contains(where: { $0 == " " || $0 == "\"" }) ? quoted(text) : oneLine(text)
  }

  private static func quoted(_ text: String) -> String {
    String(decoding: JSONValue.string(text).encoded, as: UTF8.self)
  }

  private func json(_ event: LogEvent, _ fields: [(name: String, value: String)], _ time: String) -> String {
    var object: JSONObject = [
      "time": .string(time), "level": .string("\(event.level)"), "message": .string("\(event.message)"),
    ]
    for field in fields {
      let number = Int(field.value).map(JSONValue.integer) ?? Double(field.value).map(JSONValue.number)
      object[field.name] =
        Self.numbers.contains(field.name) ? number ?? .string(field.value) : .string(field.value)
    }
    return String(decoding: JSONValue.object(object).encoded, as: UTF8.self)
  }

  /// Fields that are numbers in JSON; ids may look like numbers and are none.
  private static let numbers: Set = [
    "status", "seconds", "prompt_tokens", "cached_tokens", "completion_tokens", "queue_seconds",
    "prefill_seconds", "ttft_seconds", "decode_seconds", "drain_seconds",
  ]

  /// The order in which people want to read an access line; all else comes behind, by name.
  private static func rank(_ name: String) -> String {
    let order = [
      "key", "method", "path", "status", "seconds", "prompt_tokens", "cached_tokens", "completion_tokens",
    ]
    return order.firstIndex(of: name).map { "0\($0)" } ?? "1\(name)"
  }
}
