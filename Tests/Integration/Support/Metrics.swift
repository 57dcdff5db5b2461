import Foundation
import Testing

/// The numbers of `/metrics` by name; series that differ in their labels only are added up.
struct Metrics: Sendable {
  private let values: [String: Double]
  /// The names that a `# TYPE` line declares.
  let declared: Set<String>

  static func read(_ server: RunningServer) async throws -> Metrics {
    let answer = try await Curl.get(server.address + "/metrics", server.curlArguments)
    try #require(answer.status == 200)
    return Metrics(text: answer.text)
  }

  init(text: String) {
    var values: [String: Double] = [:]
    var declared: Set<String> = []
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      if line.hasPrefix("# TYPE ") { declared.insert(String(words[2])) }
      guard !line.hasPrefix("#"), let last = words.last, let value = Double(last) else { continue }
      values[String(line.prefix { $0 != "{" && $0 != " " }), default: 0] += value
    }
    self.values = values
    self.declared = declared
  }

  subscript(name: String) -> Double? { values[name] }
}
