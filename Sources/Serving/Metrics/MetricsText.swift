/// Writes metrics in Prometheus' text format, version 0.0.4.
struct MetricsText {
  typealias Labels = [(name: String, value: String)]

  private(set) var text = ""
  /// Labels of every sample.
  private let common: Labels

  init(common: Labels = []) { self.common = common }

  mutating func counter(_ name: String, _ help: String, _ value: Double) {
    family(name, "counter", help)
    sample(name, [], value)
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Double) {
    family(name, "gauge", help)
    sample(name, [], value)
  }

  /// One sample for each value of a label, in the order of the values.
  mutating func family(
    _ name: String, _ type: String, _ help: String, by label: String, _ values: [String: Int]
  ) {
    guard !values.isEmpty else { return }
    family(name, type, help)
    for (key, value) in values.sorted(by: { $0.key < $1.key }) { sample(name, [(label, key)], Double(value)) }
  }

  /// A gauge that is always 1 and tells by its labels.
  mutating func info(_ name: String, _ help: String, _ labels: Labels) {
    family(name, "gauge", help)
    sample(name, labels, 1)
  }

  mutating func histogram(_ name: String, _ help: String, _ histogram: Histogram) {
    family(name, "histogram", help)
    var total = 0
    for (bound, count) in zip(histogram.bounds + [.infinity], histogram.counts) {
      total += count
      sample("\(name)_bucket", [("le", Self.number(bound))], Double(total))
    }
    sample("\(name)_sum", [], histogram.sum)
    sample("\(name)_count", [], Double(total))
  }

  private mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func sample(_ name: String, _ labels: Labels, _ value: Double) {
    let all = (common + labels).map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
    text += name + (all.isEmpty ? "" : "{\(all)}") + " \(Self.number(value))\n"
  }

  private static func number(_ value: Double) -> String {
    if value == .infinity { return "+Inf" }
    return Int(exactly: value).map(String.init) ?? "\(value)"
  }

  private static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\".unicodeScalars
      case "\"": escaped += "\\\"".unicodeScalars
      case "\n": escaped += "\\n".unicodeScalars
      default: escaped.append(scalar)
      }
    }
    return String(escaped)
  }
}
