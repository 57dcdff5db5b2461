/// Where any text of certain bytes may go on for a while, as in a string: there whole parts of the vocabulary are admitted at once.
struct TextRuns {
  /// At least `length` bytes of these groups (`ByteGroups`) may come, whichever they are.
  struct Run {
    var groups: UInt64
    var length: Int
  }

  /// Runs are told up to this length: hardly any token is longer.
  private static let longest = 32
  /// A byte of which all such texts are thought to have some.
  private static let typical = UInt8(ascii: "e")

  /// What is known of each configuration; negative lengths are not.
  private var runs: [Run] = []
  /// For each, the groups all of whose bytes lead to the same configuration as the typical byte, and that one; negative if not known.
  private var leads: [(groups: UInt64, next: Int32)] = []

  /// The run that begins at a configuration.
  mutating func run(from start: Int32, _ configurations: inout Configurations) -> Run {
    if Int(start) < runs.count, runs[Int(start)].length >= 0 { return runs[Int(start)] }
    let first = lead(from: start, &configurations)
    var (place, length) = (first, 0)
    while length < Self.longest, first.groups != 0, first.groups & ~place.groups == 0 {
      length += 1
      place = lead(from: place.next, &configurations)
    }
    let run = Run(groups: first.groups, length: length)
    if runs.count <= Int(start) {
      runs += Array(repeating: Run(groups: 0, length: -1), count: Int(start) + 1 - runs.count)
    }
    runs[Int(start)] = run
    return run
  }

  private mutating func lead(
    from start: Int32, _ configurations: inout Configurations
  ) -> (groups: UInt64, next: Int32) {
    if Int(start) < leads.count, leads[Int(start)].next >= 0 { return leads[Int(start)] }
    let next = configurations.step(start, byte: Self.typical)
    var others: UInt64 = 0
    if next != Configurations.dead {
      for byte in UInt8.min...UInt8.max where configurations.step(start, byte: byte) != next {
        others |= ByteGroups.bit(byte)
      }
    }
    if leads.count <= Int(start) {
      leads += Array(repeating: (groups: 0, next: -1), count: Int(start) + 1 - leads.count)
    }
    leads[Int(start)] = (next == Configurations.dead ? 0 : ~others, next)
    return leads[Int(start)]
  }
}
