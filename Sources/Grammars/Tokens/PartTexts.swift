/// What the texts in a part of a vocabulary's tree hold, from the part's first byte on.
struct PartTexts: Sendable {
  /// Groups of their characters (`TextGroups`).
  private var groups: UInt64
  /// Characters of the longest.
  private var length: UInt16

  /// Whether a run has room for all of them.
  func fit(_ run: TextRuns.Run) -> Bool { groups & ~run.groups == 0 && Int(length) <= run.length }

  /// Of each node of a tree in the order of a walk, taking it that tokens begin with whole characters.
  static func all(bytes: [UInt8], parents: [Int32]) -> [PartTexts] {
    var places: [UTF8Place] = []
    var beginsCharacter: [Bool] = []
    var parts: [PartTexts] = []
    for (byte, parent) in zip(bytes, parents) {
      let before = parent < 0 ? UTF8Place.border : places[Int(parent)]
      let after = before.after(byte)
      places.append(after)
      beginsCharacter.append(before == .border)
      parts.append(PartTexts(groups: group(of: byte, after), length: before == .border ? 1 : 0))
    }
    // From the last node to the first, so that all of a part is known before what is above it.
    for node in bytes.indices.reversed() {
      if parents[node] >= 0 {
        let parent = Int(parents[node])
        parts[parent].groups |= parts[node].groups
        parts[parent].length = max(
          parts[parent].length, (beginsCharacter[parent] ? 1 : 0) + parts[node].length)
      }
      // A part that begins within a character is not told by its characters.
      if !beginsCharacter[node] { parts[node].groups |= TextGroups.illFormed }
    }
    return parts
  }

  private static func group(of byte: UInt8, _ place: UTF8Place) -> UInt64 {
    if place == .illFormed { return TextGroups.illFormed }
    return byte < 0x80 ? TextGroups.ofASCII[Int(byte)] : TextGroups.beyondASCII
  }
}
