/// Words that a text has had before: their tokens are copied, which takes a tenth of the time that merging takes.
///
/// A table of the last word with each hash, by its place in the text: words are compared, so a hash that two share costs time only.
struct RepeatedWords {
  private struct Entry {
    var start: Int32 = 0
    var length: UInt8 = 0
    var stage: UInt8 = 0
    var firstToken: Int32 = 0
    var tokenCount: Int32 = 0
  }

  /// A word, and where it belongs in the table.
  struct Place {
    fileprivate let word: Range<Int>
    fileprivate let bucket: Int
    fileprivate let stage: UInt8
  }

  private var entries: [Entry]

  /// Longer words are hardly ever repeated.
  private static let longest = 64

  /// A table for a text of so many bytes; small ones get a small one, which is cheap to make.
  init(textBytes: Int) {
    var size = 16
    while size < 4096, size * 16 < textBytes { size *= 2 }
    entries = Array(repeating: Entry(), count: size)
  }

  /// The place of a word; nil if it is too long to be looked for.
  ///
  /// Words of different stages of cutting are different words, as the same text may come to other tokens.
  func place(of word: Range<Int>, in text: [UInt8], stage: Int = 0) -> Place? {
    guard word.count <= Self.longest else { return nil }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ UInt64(stage)
    for index in word { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    let bucket = Int(truncatingIfNeeded: hash ^ hash >> 29) & (entries.count - 1)
    return Place(word: word, bucket: bucket, stage: UInt8(truncatingIfNeeded: stage))
  }

  /// Appends the tokens of a word of `text` if they are in `output` already.
  func copy(_ place: Place, of text: [UInt8], to output: inout [Int32]) -> Bool {
    let (entry, word) = (entries[place.bucket], place.word)
    guard Int(entry.length) == word.count, entry.stage == place.stage else { return false }
    for offset in 0..<word.count where text[Int(entry.start) + offset] != text[word.lowerBound + offset] {
      return false
    }
    for index in 0..<Int(entry.tokenCount) { output.append(output[Int(entry.firstToken) + index]) }
    return true
  }

  /// Remembers a word that is not there, whose tokens are those of `output` from `firstToken` on.
  mutating func note(_ place: Place, _ output: [Int32], firstToken: Int) {
    // Texts that are too long for these numbers are too long for every model.
    guard let start = Int32(exactly: place.word.lowerBound), let first = Int32(exactly: firstToken),
      let count = Int32(exactly: output.count - firstToken)
    else { return }
    entries[place.bucket] = Entry(
      start: start, length: UInt8(place.word.count), stage: place.stage, firstToken: first, tokenCount: count)
  }
}
