/// Finds stop texts in a text that comes in pieces, and never gives out a part of one.
///
/// What could be the beginning of a stop text is held back until the next piece decides. The stop that is
/// complete first wins, however the text is split; of two that end together, the longer.
struct StopStrings: Sendable {
  private let stops: [[UInt8]]
  private let longest: Int
  private var held: [UInt8] = []
  /// Whether a stop text has come; nothing is given out any more.
  private(set) var isStopped = false

  init(_ stops: [String]) {
    self.stops = stops.map { Array($0.utf8) }.sorted { $0.count > $1.count }
    longest = self.stops.first?.count ?? 0
  }

  /// The text that can be given out now that this piece has come.
  ///
  /// Pieces are whole characters; so is what is given out, as a stop text begins with one.
  mutating func push(_ piece: String) -> String {
    if stops.isEmpty { return piece }
    if isStopped { return "" }
    let searched = held.count
    held += piece.utf8
    for end in searched..<held.count {
      guard let stop = stops.first(where: { held[...end].ends(with: $0) }) else { continue }
      isStopped = true
      return take(end + 1 - stop.count)
    }
    return take(held.count - openSuffix)
  }

  /// What was held back, when no more text comes.
  mutating func finish() -> String { isStopped ? "" : take(held.count) }

  /// How many bytes at the end may begin a stop text.
  private var openSuffix: Int {
    let most = min(held.count, longest - 1)
    for count in stride(from: most, to: 0, by: -1) {
      let suffix = held.suffix(count)
      if stops.contains(where: { $0.count > count && $0.starts(with: suffix) }) { return count }
    }
    return 0
  }

  private mutating func take(_ count: Int) -> String {
    defer { held.removeFirst(count) }
    return String(decoding: held.prefix(count), as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  fileprivate func ends(with other: [UInt8]) -> Bool {
    count >= other.count && suffix(other.count).elementsEqual(other)
  }
}
