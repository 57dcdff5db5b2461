/// Which loop a new connection goes to.
enum LoopChoice {
  /// How many connections more than another a loop may get for the sake of their processor.
  static let mostUneven = 16

  /// The loop for a connection: its processor's, unless that has many more than another, else the one with the fewest.
  ///
  /// A client on this machine with several connections mostly asks from one processor. When they share a loop, what it asks is found ready,
  /// and answered, together, and the client is woken once.
  ///
  /// - Parameters:
  ///   - processor: where the connection's packets arrive, as far as that is known.
  ///   - counts: how many connections each loop has; not empty.
  /// - Returns: the loop's number.
  static func index(processor: Int?, counts: [Int]) -> Int {
    let fewest = counts.indices.min { counts[$0] < counts[$1] } ?? 0
    guard let processor else { return fewest }
    let own = processor % counts.count
    return counts[own] < counts[fewest] + mostUneven ? own : fewest
  }
}
