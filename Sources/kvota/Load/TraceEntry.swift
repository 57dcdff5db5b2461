import Foundation

/// One request of a trace: how long it is, and when it came.
struct TraceEntry: Codable, Equatable {
  let promptTokens: Int
  let outputTokens: Int
  /// Seconds after the trace's beginning; nil where only the lengths are known.
  var at: Double?

  /// Reads a trace, one JSON object a line: `{"prompt_tokens": 120, "output_tokens": 64, "at": 0.5}`.
  ///
  /// - Throws: `TraceError` for the first line that is none, or without any.
  static func read(_ text: String) throws(TraceError) -> [TraceEntry] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    var entries: [TraceEntry] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      guard let entry = try? decoder.decode(TraceEntry.self, from: Data(line.utf8)), entry.isPossible else {
        throw TraceError(line: index + 1)
      }
      entries.append(entry)
    }
    if entries.isEmpty { throw TraceError(line: 1) }
    return entries
  }

  private var isPossible: Bool { promptTokens > 0 && outputTokens > 0 && (at ?? 0) >= 0 }
}

/// A line of a trace is not one.
struct TraceError: Error, Equatable, CustomStringConvertible {
  let line: Int

  var description: String {
    "line \(line) of the trace is no request; expected one such as "
      + #"{"prompt_tokens": 120, "output_tokens": 64, "at": 0.5}, with at least one token each"#
  }
}
