/// What a text, or several, are made of: enough to tell whether they fit where any text of certain characters may come.
struct CharacterKinds: Sendable {
  /// Groups of the characters (`TextGroups`).
  private(set) var groups: UInt64 = 0
  /// Characters, of several texts those of the longest.
  private(set) var length: UInt16 = 0

  /// Fits nowhere.
  static let none = CharacterKinds(groups: TextGroups.illFormed)

  /// Whether a run has room for all of it.
  func fit(_ run: TextRuns.Run) -> Bool { groups & ~run.groups == 0 && Int(length) <= run.length }

  /// For each node of a tree in the order of a walk: what leads to it, and what all tokens are that lead on from there.
  static func all(
    bytes: [UInt8], parents: [Int32]
  ) -> (ways: [CharacterKinds], parts: [CharacterKinds]) {
    var places: [UTF8Place] = []
    var ways: [CharacterKinds] = []
    for (byte, parent) in zip(bytes, parents) {
      let before = parent < 0 ? UTF8Place.border : places[Int(parent)]
      let after = before.after(byte)
      var way = parent < 0 ? CharacterKinds() : ways[Int(parent)]
      way.groups |= group(of: byte, after)
      if before == .border { way.length += 1 }
      places.append(after)
      ways.append(way)
    }
    // From the last node to the first, so that all of a part is known before what is above it.
    var parts = ways
    for node in bytes.indices.reversed() where parents[node] >= 0 {
      let parent = Int(parents[node])
      parts[parent].groups |= parts[node].groups
      parts[parent].length = max(parts[parent].length, parts[node].length)
    }
    return (ways, parts)
  }

  private static func group(of byte: UInt8, _ place: UTF8Place) -> UInt64 {
    if place == .illFormed { return TextGroups.illFormed }
    return byte < 0x80 ? TextGroups.ofASCII[Int(byte)] : TextGroups.beyondASCII
  }
}
