/// Splits a `text/event-stream` into the data of its events, each of which is one line here.
struct EventReader {
  private var line: [UInt8] = []
  private static let field = Array("data: ".utf8)

  /// Takes bytes of the body and returns the data of the events that are complete with them.
  mutating func receive(_ bytes: [UInt8]) -> [[UInt8]] {
    var events: [[UInt8]] = []
    for part in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      if part.offset > 0 {
        if line.starts(with: Self.field) { events.append(Array(line.dropFirst(Self.field.count))) }
        line = []
      }
      line += part.element
    }
    return events
  }
}
