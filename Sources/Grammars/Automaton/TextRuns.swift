/// Where any text of certain characters may go on for a while, as in a string: there whole parts of the vocabulary are admitted at once.
struct TextRuns {
  /// At least `length` characters of these groups (`TextGroups`) may come, whichever they are.
  struct Run {
    var groups: UInt64
    var length: Int
  }

  /// Groups all of whose characters lead to the same configuration.
  private struct Lead {
    var groups: UInt64
    var next: Int32
  }

  /// Runs are told up to this length: hardly any token is longer.
  private static let longest = 32
  /// A character of which all such texts are thought to have some.
  private static let typical = UInt8(ascii: "e")
  /// Places that are visited to tell one configuration's groups; where more would have to be, the grammar is ambiguous and there is no run.
  private static let visitLimit = 1 << 12

  private var runs: [Int32: Run] = [:]
  private var leads: [Int32: Lead] = [:]

  /// The run that begins at a configuration.
  mutating func run(from start: Int32, _ configurations: inout Configurations) -> Run {
    if let run = runs[start] { return run }
    let first = lead(from: start, &configurations)
    var (place, length) = (first, 0)
    while length < Self.longest, first.groups != 0, first.groups & ~place.groups == 0 {
      length += 1
      place = lead(from: place.next, &configurations)
    }
    let run = Run(groups: first.groups, length: length)
    runs[start] = run
    return run
  }

  /// Where the typical character leads, and which groups lead to the same.
  private mutating func lead(from start: Int32, _ configurations: inout Configurations) -> Lead {
    if let lead = leads[start] { return lead }
    let next = configurations.step(start, byte: Self.typical)
    var lead = Lead(groups: 0, next: next)
    if next != Configurations.dead {
      let mostVisits = configurations.visits + Self.visitLimit
      var others = TextGroups.illFormed
      for (byte, group) in TextGroups.ofASCII.enumerated() where configurations.visits <= mostVisits {
        if configurations.step(start, byte: UInt8(byte)) != next { others |= group }
      }
      var known: Set<Way> = []
      if !Self.allLead(from: Way(start, .border), to: next, &configurations, &known, mostVisits) {
        others |= TextGroups.beyondASCII
      }
      lead.groups = configurations.visits <= mostVisits ? ~others : 0
    }
    leads[start] = lead
    return lead
  }

  /// A configuration within a character.
  private struct Way: Hashable {
    let configuration: Int32
    let place: UTF8Place

    init(_ configuration: Int32, _ place: UTF8Place) {
      self.configuration = configuration
      self.place = place
    }
  }

  /// Whether all ends of a character beyond ASCII lead to `end`; `known` are ways of which that is known.
  private static func allLead(
    from way: Way, to end: Int32, _ configurations: inout Configurations, _ known: inout Set<Way>,
    _ mostVisits: Int
  ) -> Bool {
    // Neighbours lead to the same mostly.
    var last: Way?
    for byte in UInt8(0x80)...UInt8.max where configurations.visits <= mostVisits {
      let place = way.place.after(byte)
      guard place != .illFormed else { continue }
      let next = Way(configurations.step(way.configuration, byte: byte), place)
      if place == .border {
        guard next.configuration == end else { return false }
      } else {
        guard next.configuration != Configurations.dead else { return false }
        guard next != last, known.insert(next).inserted else { continue }
        last = next
        guard allLead(from: next, to: end, &configurations, &known, mostVisits) else { return false }
      }
    }
    return true
  }
}
