/// The numbers of a `/metrics` page by name; series that differ in their labels only are added up.
struct Exposition {
  private let values: [String: Double]

  init(_ text: String) {
    var values: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let value = line.split(separator: " ").last.flatMap({ Double($0) }) else { continue }
      values[String(line.prefix { $0 != "{" && $0 != " " }), default: 0] += value
    }
    self.values = values
  }

  subscript(name: String) -> Double? { values[name] }

  /// A count; nil if the page has none of that name.
  func count(_ name: String) -> Int? { values[name].flatMap { Int(exactly: $0) } }
}

extension LoadClient {
  /// The server's metrics now; nil if it does not answer.
  func metrics() async -> Exposition? { await get("/metrics").map(Exposition.init) }
}
