/// Words that a text has had before: their tokens are copied, which takes a tenth of the time that merging takes.
///
/// A table of the last word with each hash, by its place in the text: words are compared, so a hash that two share costs time only.
struct RepeatedWords {
  private struct Entry {
    var start: Int32 = 0
    var length: Int32 = 0
    var firstToken: Int32 = 0
    var tokenCount: Int32 = 0
  }

  private var entries: [Entry]
  /// Where the word that was looked for last belongs.
  private var bucket = 0

  /// Longer words are hardly ever repeated.
  private static let longest = 64

  /// A table for a text of so many bytes; small ones get a small one, which is cheap to make.
  init(textBytes: Int) {
    var size = 16
    while size < 4096, size * 16 < textBytes { size *= 2 }
    entries = Array(repeating: Entry(), count: size)
  }

  /// Appends the tokens of a word of `text` if they are in `output` already.
  mutating func copy(_ word: Range<Int>, of text: [UInt8], to output: inout [Int32]) -> Bool {
    guard word.count <= Self.longest else { return false }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in word { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01B3 }
    bucket = Int(truncatingIfNeeded: hash ^ hash >> 29) & (entries.count - 1)
    let entry = entries[bucket]
    guard Int(entry.length) == word.count else { return false }
    for offset in 0..<word.count where text[Int(entry.start) + offset] != text[word.lowerBound + offset] {
      return false
    }
    for index in 0..<Int(entry.tokenCount) { output.append(output[Int(entry.firstToken) + index]) }
    return true
  }

  /// Remembers the word that `copy` has just not found, whose tokens are those of `output` from `firstToken` on.
  mutating func note(_ word: Range<Int>, _ output: [Int32], firstToken: Int) {
    // Texts that are too long for these numbers are too long for every model.
    guard word.count <= Self.longest, let start = Int32(exactly: word.lowerBound),
      let first = Int32(exactly: firstToken), let count = Int32(exactly: output.count - firstToken)
    else { return }
    entries[bucket] = Entry(start: start, length: Int32(word.count), firstToken: first, tokenCount: count)
  }
}
